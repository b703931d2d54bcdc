export { databaseSuite } from "./database-suite.ts";
