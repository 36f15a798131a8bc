/** What is used of libsodium: its package declares no types. */
declare module 'sodium-native' {
  interface Sodium {
    /**
     * Encrypts a message and writes ciphertext and tag (16 bytes more than the message) to `ciphertext`, which may start
     * where the message does; `nonce` is 12 bytes, `key` 32. Throws where a length does not fit.
     */
    crypto_aead_chacha20poly1305_ietf_encrypt(
      ciphertext: Uint8Array,
      message: Uint8Array,
      associated: Uint8Array | null,
      secretNonce: null,
      nonce: Uint8Array,
      key: Uint8Array,
    ): number;
  }
  const sodium: Sodium;
  export = sodium;
}
