/** What is fixed about a demonstration server. */

export const DEV_HOST = "127.0.0.1";
export const DEV_DOMAIN = "example.test";

/** Where the server that keeps its mail in `data` has its configuration. */
export function devFolder(data: string): string {
  return `${data}/conf`;
}
