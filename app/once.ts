/** Runs `work` until it has succeeded once; calls meanwhile share the attempt under way. */
export function once<T>(work: () => Promise<T>): () => Promise<T> {
  let attempt: Promise<T> | null = null;
  return () => {
    attempt ??= work().catch(error => {
      attempt = null;
      throw error;
    });
    return attempt;
  };
}
