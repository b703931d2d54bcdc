/** Express 4 under another name, beside Express 5; for our use of it the types are the same. */
declare module "express4" {
  import express from "express";
  export default express;
}
