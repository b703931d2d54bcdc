/** Whether a field of an input holds files, by the contract's naming. */
export function isFileField(name: string): boolean {
  return /^input_\w*asset_urls?$/.test(name);
}

/** Whether it is the mask of a picture: black and white, white is changed. */
export function isMaskField(name: string): boolean {
  return isFileField(name) && name.includes("_mask_");
}
