import type { IconName } from "../shell/icon.tsx";

interface Words {
  icon: IconName;
  title: string;
}

const safety: Words = { icon: "shield", title: "Stopped by the safety check" };
const halfway: Words = { icon: "broken", title: "It stopped halfway" };
const late: Words = { icon: "clock", title: "It took too long" };
const lost: Words = { icon: "wave", title: "The answer got lost" };

/** What happened, in a few words. The sentence that follows is the server's. */
const byCode: Record<string, Words> = {
  content_rejected: safety,
  timeout: late,
  provider_timeout: late,
  submission_unknown: lost,
  output_unavailable: { icon: "wave", title: "It got lost on the way" },
  upload_failed: { icon: "wave", title: "It could not be laid down" },
  download_failed: { icon: "picture", title: "The picture could not be fetched" },
  asset_unusable: { icon: "picture", title: "The picture could not be used" },
  provider_unavailable: { icon: "clock", title: "Not available just now" },
  attempts_exhausted: { icon: "retry", title: "Several tries did not help" },
  insufficient_credits: { icon: "ledger", title: "Not enough credits" },
};

export function failureWords(code: string | undefined): Words {
  return (code === undefined ? undefined : byCode[code]) ?? halfway;
}

/** What follows the title: the server's sentence, without what the title has just said. */
export function afterTitle(title: string, sentence: string): string {
  const start = `${title}. `.toLowerCase();
  return sentence.toLowerCase().startsWith(start) ? sentence.slice(start.length) : sentence;
}

/** Whether asking for the same again can work. */
export function worthRetrying(code: string | undefined): boolean {
  return code !== "content_rejected" && code !== "asset_unusable" && code !== "insufficient_credits";
}
