import type * as contract from "@genbff/core/contract";
import { expectTypeOf, test } from "vitest";
import type * as z from "zod";
import type { ErrorCode } from "./error-details.ts";
import type * as wire from "./wire.ts";

// The client's copy of the contract must not drift: change `wire.ts` where a line here does not compile.
test("the wire is the contract's", () => {
  expectTypeOf<wire.GenerationState>().toEqualTypeOf<contract.GenerationState>();
  expectTypeOf<wire.Asset>().toEqualTypeOf<contract.Asset>();
  expectTypeOf<wire.ImageAsset>().toEqualTypeOf<contract.ImageAsset>();
  expectTypeOf<wire.VectorAsset>().toEqualTypeOf<contract.VectorAsset>();
  expectTypeOf<wire.ModelAsset>().toEqualTypeOf<contract.ModelAsset>();
  expectTypeOf<wire.Failure>().toEqualTypeOf<contract.Failure>();
  expectTypeOf<wire.Preview>().toEqualTypeOf<contract.Preview>();
  expectTypeOf<Fields<wire.PreviewEvent>>().toEqualTypeOf<contract.PreviewEvent>();
  expectTypeOf<wire.GenerationStatus>().toEqualTypeOf<contract.GenerationStatus>();
  expectTypeOf<wire.GenerationCreated>().toEqualTypeOf<contract.GenerationCreated>();
  expectTypeOf<wire.Cancelled>().toEqualTypeOf<z.output<typeof contract.cancelled>>();
  expectTypeOf<wire.Balance>().toEqualTypeOf<contract.Balance>();
  expectTypeOf<wire.Movement>().toEqualTypeOf<contract.Movement>();
  expectTypeOf<wire.MovementPage>().toEqualTypeOf<contract.MovementPage>();
  expectTypeOf<wire.Quote>().toEqualTypeOf<contract.Quote>();
  expectTypeOf<wire.OperationList>().toEqualTypeOf<contract.OperationList>();
  expectTypeOf<wire.OperationEntry>().toEqualTypeOf<contract.OperationEntry>();
  expectTypeOf<wire.TaskSummary>().toEqualTypeOf<contract.TaskSummary>();
  expectTypeOf<wire.TaskPage>().toEqualTypeOf<contract.TaskPage>();
  expectTypeOf<wire.InputAsset>().toEqualTypeOf<contract.InputAsset>();
  expectTypeOf<wire.TaskTree["inputs"]>().toEqualTypeOf<contract.TaskTree["inputs"]>();
  expectTypeOf<Fields<wire.TaskGeneration>>().toEqualTypeOf<Fields<contract.TaskGeneration>>();
  expectTypeOf<Omit<wire.TaskTree, "generations">>().toEqualTypeOf<Omit<contract.TaskTree, "generations">>();
  expectTypeOf<wire.UploadReserved>().toEqualTypeOf<contract.UploadReserved>();
  expectTypeOf<wire.UploadComplete>().toEqualTypeOf<contract.UploadComplete>();
  type UrlAnswer = (typeof contract.routes)["assetUrl"]["answers"][200];
  expectTypeOf<wire.AssetUrl>().toEqualTypeOf<z.output<UrlAnswer>>();
  expectTypeOf<ErrorCode>().toEqualTypeOf<contract.ErrorCode>();
});

/** An intersection written as one object. */
type Fields<T> = { [Field in keyof T]: T[Field] };
