/** Ends with 0 where the process of this container is ready; otherwise with 1 and what it awaits. */
const port = process.env.REPRISE_PROBE_PORT || '7071';

try {
  const answer = await fetch(`http://127.0.0.1:${port}/health/ready`, {
    signal: AbortSignal.timeout(4_000),
  });
  process.stdout.write(`${await answer.text()}\n`);
  process.exitCode = answer.ok ? 0 : 1;
} catch (error) {
  process.stdout.write(`${error.cause?.code ?? error.message}\n`);
  process.exitCode = 1;
}
