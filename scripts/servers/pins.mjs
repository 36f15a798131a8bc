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

export const prometheus = {
  debian: ['prometheus'],
  debianSha256: {
    'prometheus_2.42.0+ds-5+deb12u1_amd64.deb':
      '81d59a24fce84f7fbe97a45a4f2914b6a5881b5cd1db2a6a0e129e515e1a5f55',
  },
};

/** Carbon, graphite-web and what they stand on; cairo's own library is asked of the machine. */
export const graphite = {
  version: '1.1',
  debian: [
    'graphite-carbon',
    'graphite-web',
    'python3-asgiref',
    'python3-attr',
    'python3-automat',
    'python3-bcrypt',
    'python3-cachetools',
    'python3-cairo',
    'python3-cairocffi',
    'python3-cffi-backend',
    'python3-cffi',
    'python3-constantly',
    'python3-cryptography',
    'python3-django-tagging',
    'python3-django',
    'python3-hamcrest',
    'python3-hyperlink',
    'python3-idna',
    'python3-incremental',
    'python3-openssl',
    'python3-ply',
    'python3-pyasn1-modules',
    'python3-pyasn1',
    'python3-pycparser',
    'python3-pyparsing',
    'python3-service-identity',
    'python3-simplejson',
    'python3-six',
    'python3-sqlparse',
    'python3-twisted',
    'python3-typing-extensions',
    'python3-tz',
    'python3-urllib3',
    'python3-waitress',
    'python3-whisper',
    'python3-xcffib',
    'python3-zope.interface',
  ],
  debianSha256: {
    'graphite-carbon_1.1.7-1.1_all.deb':
      'ae77c055767fcf363db7f1be41ae62a62738aac906d6699f8e91027a00db3622',
    'graphite-web_1.1.8-2_all.deb':
      '96887ac8155a10e3dbb6407d78842fe1c80e5775a05d16248fb28add01e7127a',
    'python3-asgiref_3.6.0-1_all.deb':
      '5c7835a18144105fc24172c2fb27a2d2e0b10d80df7bf9615664cefc8b065258',
    'python3-attr_22.2.0-1_all.deb':
      '6a12ea96a8a909445a982975279f96d7b9a1ff96c912efff39abc8d92372694a',
    'python3-automat_22.10.0-1_all.deb':
      '924851ef1170de752c0ee1407e06b4dfc846204a4ed6d83e6e23e61691fe1bbc',
    'python3-bcrypt_3.2.2-1_amd64.deb':
      'c626ebdb20ecbb7e427dd6a6c66d343fc2246b5b069d5e197af54cc1640b3190',
    'python3-cachetools_5.2.0-1_all.deb':
      'fb845e9f029b60a02e52314da773967da5c828489a92d81fa420b05da1e9d562',
    'python3-cairo_1.20.1-5+b1_amd64.deb':
      '2d86937453d80ae420dfed83a36c80b96ef74b562f40820de09aec1d83a1ef86',
    'python3-cairocffi_1.4.0-1_all.deb':
      'bd43244af311061f91ec4f6b376b08e718b7429ed6b1baa2861f5704769d5673',
    'python3-cffi-backend_1.15.1-5+b1_amd64.deb':
      '185bd768cc37fb96ac4a2fd6f8c0c31df3e7513d472d9b60015149761955955f',
    'python3-cffi_1.15.1-5_all.deb':
      'b7cf39682a3c4e67f3f179e9316b9952b889c0f4f660f67f54fd85e8dc68032b',
    'python3-constantly_15.1.0-4_all.deb':
      '2220b99a7d976aa403b23fd846f4dc7cc3ac5e66efe5aa04ad9b4fa437bd8041',
    'python3-cryptography_38.0.4-3+deb12u1_amd64.deb':
      'c1a53527b03b36910cbb864b71c09091bd2bc3d824b73b8bc3135bfeb6ca3292',
    'python3-django-tagging_1:0.5.0-4_all.deb':
      '935753e23f59f4db8c9bb3bfe7cc3fcb0751f6cc240ed937f082e698efb75b3a',
    'python3-django_3:3.2.25-0+deb12u7_all.deb':
      '9ad8ed29d9026207970777e194f658c39b3a7a96a932967f043503fc25bdc319',
    'python3-hamcrest_2.0.3-2_all.deb':
      '89b904b29301b763ade1b240b3868502a510ecc48fc56aa3beaeed9a987d8777',
    'python3-hyperlink_21.0.0-5_all.deb':
      '1263f1a7d7127f8800a655675febe87fe318fe72a7124624f84316f9119f41c9',
    'python3-idna_3.3-1+deb12u1_all.deb':
      '0bf81fb1906d3aa607482d09aa3bcbab5c263242b1fd1d93be39658fa783af1a',
    'python3-incremental_21.3.0-2_all.deb':
      '7a632d4c182dc125205e1520df1383e7033c6b6ab885577646a15b622a4f099b',
    'python3-openssl_23.0.0-1_all.deb':
      '12b9d312c640ad44480c323ae40cc6785654e57dcf62919532dc89b9a1652548',
    'python3-ply_3.11-5_all.deb':
      '849d8c26e7909ada2ff36c2dbae6c6057195b8e4a0db03c9cbadb8d0e47f23c1',
    'python3-pyasn1-modules_0.2.8-1_all.deb':
      '921f9d5db168ff76ff588b9934da282a058b3d48eb65702bd2273342d34b2168',
    'python3-pyasn1_0.4.8-3+deb12u3_all.deb':
      '5f6a0b9f74c5e16a8a546cab67de633c3bf785410cf72c3dad2bfedc2aff2e49',
    'python3-pycparser_2.21-1_all.deb':
      '75b24be8984010092d36f29e5792ae7025da8cb374fd3a1102fb7cbca4df8487',
    'python3-pyparsing_3.0.9-1_all.deb':
      '891dcf12a125dcadbae7166ad8e9d1fd22a6f1bf431ca4bce9f810da30dcd472',
    'python3-service-identity_18.1.0-8_all.deb':
      'a02040bdb5043219df1f404de5ea65b0eef4f87292c5c98941d01a5abf533485',
    'python3-simplejson_3.18.3-1_amd64.deb':
      '9c24ebc73f42fc2ffa9f483b078b2ac35ebe53c0f9b734eb28198ffe0aa7fbf8',
    'python3-six_1.16.0-4_all.deb':
      'fd189e9cecbcf17a1fc20aec30055c8afa9c1eec00cd6e7ab385087a2ab3b0d3',
    'python3-sqlparse_0.4.2-1+deb12u1_all.deb':
      'edd31cf6974984723034321451333ff375d0551baf375e8bc0ececaff661eabb',
    'python3-twisted_22.4.0-4+deb12u1_all.deb':
      'd8194df7c9b8a524ce7d350fcb4c6a734410a2c701f2bfa8c0d3f01864f51f6a',
    'python3-typing-extensions_4.4.0-1_all.deb':
      'e2f88fe73b6dac2907b29d709647eb66302776f7693f45b1e95e116ddedbddd3',
    'python3-tz_2022.7.1-4_all.deb':
      'b165d30ef171f9426c496900449b85d290d4c6d2de50e1c3f4adc2b55b6fd534',
    'python3-urllib3_1.26.12-1+deb12u4_all.deb':
      '9dd6fef10317e437f2195cb5ea8b38d8e39e02106c5fda7b16d58b4bb9a85886',
    'python3-waitress_2.1.2-2+deb12u1_all.deb':
      '4f712c6db8096387b3486a6040bcee4d135f14e9951e68f700c47ceab7a101b0',
    'python3-whisper_1.1.4-2.2_all.deb':
      'b3d2c5d228b70fe08b938693540d102d9e732fd09f3e55da83ce33114592d1df',
    'python3-xcffib_0.11.1-4_all.deb':
      '61726ce284bef3a9887707a32d30d1b23137db824798a06c1ce3b44b15ec5304',
    'python3-zope.interface_5.5.2-1+b1_amd64.deb':
      '6a9445cac3ab669424d11812c5dcb620a92d66e889ace616b14072216242e010',
  },
};

/** npm checks each against the hash that its registry tells. */
export const statsd = { version: '0.9.0', packages: ['statsd@0.9.0', 'generic-pool@2.2.0'] };

/** Every package that moto's S3 server needs. pip checks each against the hash that its registry tells. */
export const moto = {
  version: '5.2.5',
  packages: [
    'moto==5.2.5',
    'boto3==1.44.8',
    'botocore==1.44.8',
    's3transfer==0.19.3',
    'jmespath==1.1.0',
    'python-dateutil==2.9.0.post0',
    'six==1.17.0',
    'urllib3==2.8.0',
    'cryptography==50.0.2',
    'cffi==2.1.1',
    'pycparser==3.12',
    'requests==2.34.2',
    'certifi==2026.10.19.post1',
    'charset-normalizer==3.5.2',
    'idna==3.20',
    'responses==0.26.3',
    'PyYAML==6.0.4',
    'py-partiql-parser==0.6.3',
    'xmltodict==1.0.4',
    'Flask==3.1.3',
    'flask-cors==6.0.5',
    'Werkzeug==3.1.9',
    'Jinja2==3.1.6',
    'MarkupSafe==3.0.4',
    'itsdangerous==2.2.0',
    'blinker==1.9.0',
    'click==8.5.1',
  ],
};
