const LEVELS: Readonly<Record<number, string>> = {
  10: 'trace',
  20: 'debug',
  30: 'info',
  40: 'warn',
  50: 'error',
  60: 'fatal',
};

/** Turns one line of the JSON log into one readable line, with a stack below it where there is one. */
export function formatLogLine(json: string): string {
  const { level, time, msg, err, ...rest } = JSON.parse(json) as Record<string, unknown>;
  const clock = String(time).slice(11, 19);
  const fields = Object.entries(rest).map(([name, value]) => `${name}=${shorten(value)}`);
  const head = [
    clock,
    (LEVELS[Number(level)] ?? 'info').padEnd(5),
    escapeControls(String(msg ?? '')),
    ...fields,
  ];
  return `${head.join(' ')}\n${describeError(err)}`;
}

function describeError(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '';
  const { stack, message } = error as { stack?: unknown; message?: unknown };
  const lines = String(stack ?? message ?? '').split('\n');
  return lines.map((line) => `    ${escapeControls(line)}\n`).join('');
}

function shorten(value: unknown): string {
  const text = typeof value === 'string' && /^[\w./:@-]+$/.test(value) ? value : JSON.stringify(value);
  return escapeControls(text ?? 'undefined');
}

/** C0, DEL and C1: the last two are no JSON escapes, and C1 holds terminal commands too. */
function escapeControls(text: string): string {
  return text.replace(
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what has to be found
    /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
