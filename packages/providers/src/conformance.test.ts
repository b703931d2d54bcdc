import { describeProvider } from "./conformance/suite.ts";
import { geminiCases } from "./gemini/conformance-cases.ts";
import { openaiCases } from "./openai/conformance-cases.ts";
import { seedreamCases } from "./seedream/conformance-cases.ts";
import { tripoCases } from "./tripo/conformance-cases.ts";

// A new vendor is its folder and one line here.
describeProvider(geminiCases);
describeProvider(openaiCases);
describeProvider(seedreamCases);
describeProvider(tripoCases);
