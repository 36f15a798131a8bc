import { join } from 'node:path';

/** Names tsx's loader for `node --import`, from whatever folder Node is started in. */
export function tsxLoader() {
  return import.meta.resolve('tsx');
}

/** Tells whether this Node reads TypeScript by itself. */
export function isNative() {
  return Boolean(process.features.typescript);
}

/** Lets this process import TypeScript: by Node itself where it can, else by tsx. */
export async function readTypeScript(root) {
  if (isNative()) {
    muteStrippingWarning();
    return;
  }
  const { register } = await import(import.meta.resolve('tsx/esm/api'));
  // tsx would otherwise read the tsconfig.json of the folder the command was typed in.
  register({ tsconfig: join(root, 'tsconfig.json') });
}

/** Node 22 warns on every start that stripping types is young, which is no news to a user. */
function muteStrippingWarning() {
  const emit = process.emitWarning;
  process.emitWarning = (warning, ...rest) => {
    if (!String(warning?.message ?? warning).includes('Type Stripping')) {
      emit.call(process, warning, ...rest);
    }
  };
}
