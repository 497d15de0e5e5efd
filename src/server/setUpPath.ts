/** Behind `#`, so that no log of a server or a proxy has the secret: browsers send nothing of it (RFC 3986, 3.5). */
export function setUpPath(secret: string): string {
  return `/set-up#${secret}`;
}
