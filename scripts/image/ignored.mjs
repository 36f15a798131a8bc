/**
 * Makes a test of whether a path, relative to the build context, is left out by a `.dockerignore`. It knows what ours
 * is written in: names and paths from the top, and `*` within a name.
 */
export function readIgnored(text) {
  const patterns = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      if (/^!|\*\*|\?|\[/.test(line)) throw new Error(`.dockerignore: ${line} is not understood`);
      const escaped = line.replace(/[.+^${}()|\\]/g, '\\$&').replaceAll('*', '[^/]*');
      return new RegExp(`^${escaped}(/|$)`);
    });
  return (path) => patterns.some((pattern) => pattern.test(path));
}
