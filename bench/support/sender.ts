/** Posts bodies to the log intake, `inFlight` at a time; throws when one is not taken whole. */
export async function postAll(url: string, bodies: readonly Buffer[], inFlight: number): Promise<void> {
  const waiting = [...bodies];
  const send = async (): Promise<void> => {
    for (let body = waiting.shift(); body !== undefined; body = waiting.shift()) {
      const response = await fetch(`${url}/api/v1/ingest/logs`, { method: 'POST', body: new Uint8Array(body) });
      const answer = (await response.json()) as { rejected_total?: number };
      if (!response.ok || answer.rejected_total !== 0)
        throw new Error(`the intake answers ${response.status} ${JSON.stringify(answer)}`);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, send));
}
