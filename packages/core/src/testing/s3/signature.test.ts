import { expect, it } from "vitest";
import { verifySignature } from "./signature.ts";

// The examples of Amazon's own pages, so that the stand-in and the SDK cannot agree on something wrong.
const verifier = {
  accessKeyId: "AKIAIOSFODNN7EXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
  region: "us-east-1",
  now: () => Date.parse("2013-05-24T12:00:00Z"),
};
const headers = { host: "examplebucket.s3.amazonaws.com" };
const empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

it("takes the signed link of sigv4-query-string-auth.html, until it ends", () => {
  const query = [
    "X-Amz-Algorithm=AWS4-HMAC-SHA256",
    "X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request",
    "X-Amz-Date=20130524T000000Z",
    "X-Amz-Expires=86400",
    "X-Amz-SignedHeaders=host",
    "X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404",
  ];
  const request = { method: "GET", path: `/test.txt?${query.join("&")}`, headers };
  expect(verifySignature(request, verifier)).toBe("UNSIGNED-PAYLOAD");
  expect(() => verifySignature({ ...request, method: "PUT" }, verifier)).toThrow("SignatureDoesNotMatch");
  const later = () => Date.parse("2013-05-25T00:00:01Z");
  expect(() => verifySignature(request, { ...verifier, now: later })).toThrow("expired");
});

it("takes the signed request of sig-v4-header-based-auth.html", () => {
  const authorization = [
    "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request",
    "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date",
    "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
  ].join(",");
  const date = { "x-amz-date": "20130524T000000Z", "x-amz-content-sha256": empty };
  const request = {
    method: "GET",
    path: "/test.txt",
    headers: { ...headers, ...date, range: "bytes=0-9", authorization },
  };
  expect(verifySignature(request, verifier)).toBe(empty);
  const other = { ...request.headers, range: "bytes=0-99" };
  expect(() => verifySignature({ ...request, headers: other }, verifier)).toThrow("SignatureDoesNotMatch");
});
