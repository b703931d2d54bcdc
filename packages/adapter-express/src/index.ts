export { type ExpressHandler, toExpress } from "./to-express.ts";
