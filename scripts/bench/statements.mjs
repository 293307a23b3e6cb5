// Which SQL a page sends, and how long the server waits for each: from the log that the database driver writes when it is asked to.

/** A shop that logs its statements. */
export const LOGGING = { RUST_LOG: "error,sqlx::query=debug" };

/** `db.statement` is missing where the statement is short enough to be its own summary. */
function read(line) {
  const elapsed = /elapsed_secs=([\d.e-]+)/.exec(line);
  const summary = /summary="((?:[^"\\]|\\.)*)"/.exec(line);
  if (!elapsed || !summary) return undefined;
  const whole = /db\.statement="((?:[^"\\]|\\.)*)"/.exec(line)?.[1] || summary[1];
  const text = whole.replaceAll("\\n", " ").replaceAll('\\"', '"').replace(/\s+/g, " ").trim();
  return { text, ms: Number(elapsed[1]) * 1000 };
}

/** All statements in the log: text, how often, and their times in rising order. */
export function statements(log) {
  const found = new Map();
  for (const line of log.split("\n")) {
    const statement = read(line);
    if (!statement) continue;
    const known = found.get(statement.text) ?? [];
    known.push(statement.ms);
    found.set(statement.text, known);
  }
  return [...found].map(([text, times]) => ({ text, count: times.length, times: times.sort((a, b) => a - b) }));
}
