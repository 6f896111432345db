/** Opens what came compressed; loaded with the first such message. */

/** Base64 of gzip, opened. */
export function gunzip(base64: string): Promise<string> {
  const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))).text();
}
