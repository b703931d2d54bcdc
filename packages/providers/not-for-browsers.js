throw new Error(
  "This part of GenBFF belongs on a server: it holds your keys. In a browser import @genbff/client-sdk, and of your server its types alone, by `import type`.",
);
