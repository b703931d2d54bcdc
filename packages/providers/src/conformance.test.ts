import { describeProvider } from "./conformance/suite.ts";
import { openaiCases, openaiStreamCases } from "./openai/conformance-cases.ts";
import { recraftCases, recraftEditCases } from "./recraft/conformance-cases.ts";
import { stabilityCases, stabilityJobCases } from "./stability/conformance-cases.ts";
import { tripoCases } from "./tripo/conformance-cases.ts";

// A new vendor is its folder and one line here.
describeProvider(openaiCases);
describeProvider(openaiStreamCases);
describeProvider(recraftCases);
describeProvider(recraftEditCases);
describeProvider(stabilityCases);
describeProvider(stabilityJobCases);
describeProvider(tripoCases);
