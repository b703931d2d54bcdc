import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app.tsx";
import "./styles/index.css";

const root = document.getElementById("app");
if (!root) throw new Error("The page has no place for the studio.");
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
