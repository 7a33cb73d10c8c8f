import { useEffect, useState } from 'preact/hooks';

/** A text as it was when it last stood still for `pauseMs`: what is asked of the daemon while somebody types. */
export function useSettled(text: string, pauseMs: number): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = window.setTimeout(() => setSettled(text), pauseMs);
    return () => window.clearTimeout(timer);
  }, [text, pauseMs]);
  return settled;
}
