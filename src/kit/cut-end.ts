/**
 * `text` without the `letter`s at its end. In linear time, where `/ +$/` takes a second for 40 KB of spaces before a letter:
 * it starts anew at each of them.
 */
export function cutEnd(text: string, letter: string): string {
  let end = text.length;
  while (end > 0 && text[end - 1] === letter) end--;
  return text.slice(0, end);
}
