/** What the bundler reads and the compiler does not. */
declare module '*.css';
