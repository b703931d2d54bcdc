/** Whether a field of an input holds files, by the contract's naming. */
export function isFileField(name: string): boolean {
  return /^input_\w*asset_urls?$/.test(name);
}
