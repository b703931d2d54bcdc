import { aiSdkCases } from "./ai-sdk/conformance-cases.ts";
import { describeProvider } from "./conformance/suite.ts";
import { falCases } from "./fal/conformance-cases.ts";
import { openaiCases } from "./openai/conformance-cases.ts";
import { replicateCases } from "./replicate/conformance-cases.ts";
import { tripoCases } from "./tripo/conformance-cases.ts";

// A new vendor is its folder and one line here.
describeProvider(aiSdkCases);
describeProvider(falCases);
describeProvider(openaiCases);
describeProvider(replicateCases);
describeProvider(tripoCases);
