import { hasCode, RepriseError } from '../../events/error.ts';

/** Opens what may refuse this process; an INVALID refusal names the variables that a person sets right. */
export async function namingVariables<T>(variables: string, open: () => Promise<T>): Promise<T> {
  try {
    return await open();
  } catch (error) {
    if (!hasCode(error, 'INVALID')) throw error;
    const message = `${error.message}; set ${variables} right`;
    throw new RepriseError('INVALID', message, error.fields, error);
  }
}
