import { aiSdkCases } from "./ai-sdk/conformance-cases.ts";
import { describeProvider } from "./conformance/suite.ts";
import { falCases } from "./fal/conformance-cases.ts";
import { geminiCases } from "./gemini/conformance-cases.ts";
import { openaiCases, openaiStreamCases } from "./openai/conformance-cases.ts";
import { recraftCases, recraftEditCases } from "./recraft/conformance-cases.ts";
import { replicateCases } from "./replicate/conformance-cases.ts";
import { seedreamCases } from "./seedream/conformance-cases.ts";
import { stabilityCases, stabilityJobCases } from "./stability/conformance-cases.ts";
import { tripoCases } from "./tripo/conformance-cases.ts";

// A new vendor is its folder and one line here.
describeProvider(aiSdkCases);
describeProvider(falCases);
describeProvider(geminiCases);
describeProvider(openaiCases);
describeProvider(openaiStreamCases);
describeProvider(recraftCases);
describeProvider(recraftEditCases);
describeProvider(replicateCases);
describeProvider(seedreamCases);
describeProvider(stabilityCases);
describeProvider(stabilityJobCases);
describeProvider(tripoCases);
