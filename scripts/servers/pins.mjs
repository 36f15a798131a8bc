/** Every version and SHA-256 of the servers. Debian's packages of other releases are verified by apt alone. */

export const mavenCopy = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies';

/** `jarsSha256` is the hash over the names and hashes of all the jars that Maven brought. */
export const kafka = {
  version: '3.9.2',
  jars: [
    'org.apache.kafka:kafka_2.13:3.9.2',
    // Kafka's own list has the logging interface alone, and doesn't start without what stands behind it.
    'org.slf4j:slf4j-reload4j:1.7.36',
  ],
  jarsSha256: '324db2b6db8dee1a18abf21a1af03d6654c2a2a7bab8eb54d40a78b14f308561',
};

export const mongoStandIn = {
  version: '1.47.0',
  jars: [
    'de.bwaldvogel:mongo-java-server-memory-backend:1.47.0',
    'de.bwaldvogel:mongo-java-server-h2-backend:1.47.0',
    'org.slf4j:slf4j-nop:2.0.17',
  ],
  jarsSha256: 'd4f4f95c283fdc359d3bdb6ecda864dc1c11f5aabd67b49339d0f19305caddfb',
};

export const redis = {
  debian: ['redis-server', 'redis-tools', 'libjemalloc2', 'liblzf1', 'libatomic1'],
  debianSha256: {
    'redis-server_5:7.0.15-1~deb12u10_amd64.deb':
      '784e17b51024ff878fd7d709a68346658fa9b21f6de740cb75e474f28790971c',
    'redis-tools_5:7.0.15-1~deb12u10_amd64.deb':
      'f791cfcbf3054832bd6e786546acb0d4e046888f8e63bcf567c1c65fbfaf69e2',
    'libjemalloc2_5.3.0-1_amd64.deb':
      'a4117c23c5c8acf6c9678a6cb086f000b79476369da7efe8a78a70826956ad3d',
    'liblzf1_3.6-3_amd64.deb': '9854b0866201b63e04f1e446f45f01ef4a6f72c61f2250b75f944f6046cc7e8c',
    'libatomic1_12.2.0-14+deb12u1_amd64.deb':
      'fbd4e154a6b444229ea002cc209df099209c0adc09102e5fd21239a3d2b55e2d',
  },
};
