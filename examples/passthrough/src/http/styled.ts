/** The first version's styles are words of the client's own: they are added to the prompt. */
export function styled(prompt: string, style: string | undefined): string {
  return style === undefined || style.trim() === "" ? prompt : `${prompt}, in the style of ${style.trim()}`;
}
