import { useId } from "react";

/** Opens the file picker, looking like a button or a link. */
export function Picker({
  look,
  label,
  about = "",
  accept = "image/png,image/jpeg,image/webp",
  onFile,
}: {
  look: string;
  label: string;
  /** What a reader hears beside the label. */
  about?: string;
  accept?: string;
  onFile: (file: File) => void;
}) {
  const id = useId();
  return (
    <label className={look} htmlFor={id}>
      {label}
      {about ? <span className="sr"> {about}</span> : null}
      <input
        id={id}
        className="sr"
        type="file"
        accept={accept}
        onChange={(event) => {
          const file = event.target.files?.[0];
          // Emptied, so that the same file can be chosen again after it was removed.
          event.target.value = "";
          if (file) onFile(file);
        }}
      />
    </label>
  );
}
