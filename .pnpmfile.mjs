/** The API page serves one file of this package, and everything is in it: what it names besides is 154 MB that nobody reads. */
function readPackage(manifest) {
  if (manifest.name === "@scalar/api-reference") manifest.dependencies = {};
  return manifest;
}

export const hooks = { readPackage };
