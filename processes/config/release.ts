/** The release that status and traces name. */
export const RELEASE = '0.1.0';
