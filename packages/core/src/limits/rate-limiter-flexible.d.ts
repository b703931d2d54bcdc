// The package's own types know its index alone, and that loads every store there is: 73 kB in a bundle, for 19 in use.
declare module "rate-limiter-flexible/lib/RateLimiterMemory.js" {
  export { RateLimiterMemory as default } from "rate-limiter-flexible";
}
declare module "rate-limiter-flexible/lib/RateLimiterRedis.js" {
  export { RateLimiterRedis as default } from "rate-limiter-flexible";
}
declare module "rate-limiter-flexible/lib/RLWrapperTimeouts.js" {
  export { RLWrapperTimeouts as default } from "rate-limiter-flexible";
}
