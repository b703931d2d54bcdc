import { type Finding, warning } from "../shared/finding.ts";
import type { StorageNeeds } from "../storage/port.ts";

/** What a bucket takes, as its project has set it; what is left out or null is not limited. */
export interface BucketLimits {
  readonly bytesMax?: number | null;
  /** Types, and families as `image/*`. */
  readonly contentTypes?: readonly string[] | null;
}

/** Whether a bucket takes files of a type. */
export function allowsType({ contentTypes }: BucketLimits, contentType: string): boolean {
  if (!contentTypes?.length) return true;
  return contentTypes.includes(contentType) || contentTypes.includes(contentType.replace(/\/.*/, "/*"));
}

/** Where a bucket takes less than will be put into it: what was bought would be lost there. */
export function limitFindings(bucket: string, limits: BucketLimits, needs: StorageNeeds): Finding[] {
  const findings: Finding[] = [];
  const { bytesMax } = limits;
  if (typeof bytesMax === "number" && bytesMax < needs.bytesMax)
    findings.push(
      warning(
        `The bucket "${bucket}" takes files of ${bytesMax} bytes at most, and yours may have ${needs.bytesMax}: a larger one is bought and cannot be kept. Raise the bucket's limit, or remove it`,
      ),
    );
  const refused = needs.contentTypes.filter((type) => !allowsType(limits, type));
  if (refused.length > 0)
    findings.push(
      warning(
        `The bucket "${bucket}" does not take ${refused.join(", ")}: such a file is bought and cannot be kept. Add them to the bucket's MIME types, or remove the list`,
      ),
    );
  return findings;
}
