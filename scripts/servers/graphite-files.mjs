/** The files that carbon, graphite-web and StatsD are configured by, on the loopback alone. */

/** carbon's: it takes lines, and answers what it has not written yet. */
export function carbonConf(folder, ports) {
  return `[cache]
STORAGE_DIR = ${folder}/
LOCAL_DATA_DIR = ${folder}/whisper/
CONF_DIR = ${folder}/conf/
LOG_DIR = ${folder}/logs/
PID_DIR = ${folder}/run/
DATABASE = whisper
ENABLE_LOGROTATION = False
USER =
MAX_CACHE_SIZE = inf
MAX_UPDATES_PER_SECOND = 5000
MAX_CREATES_PER_MINUTE = inf
LINE_RECEIVER_INTERFACE = 127.0.0.1
LINE_RECEIVER_PORT = ${ports.carbon}
PICKLE_RECEIVER_PORT = 0
CACHE_QUERY_INTERFACE = 127.0.0.1
CACHE_QUERY_PORT = ${ports.carbonquery}
LOG_UPDATES = False
LOG_CREATES = False
LOG_CACHE_HITS = False
`;
}

/** graphite-web's settings, over its own. */
export function settingsPy(folder, root, ports) {
  const share = `${root === '/' ? '' : root}/usr/share/graphite-web`;
  return `SECRET_KEY = 'local-test-only'
TIME_ZONE = 'UTC'
ALLOWED_HOSTS = ['127.0.0.1', 'localhost']
LOG_ROTATION = False
DEFAULT_XFILES_FACTOR = 0
GRAPHITE_ROOT = '${share}'
CONF_DIR = '${folder}/conf'
STORAGE_DIR = '${folder}'
STATIC_ROOT = '${share}/static'
LOG_DIR = '${folder}/logs'
INDEX_FILE = '${folder}/index'
WHISPER_DIR = '${folder}/whisper'
CARBONLINK_HOSTS = ['127.0.0.1:${ports.carbonquery}']
DATABASES = {'default': {'NAME': '${folder}/graphite.db', 'ENGINE': 'django.db.backends.sqlite3'}}
`;
}

/** An entry of our own: graphite.wsgi breaks where whitenoise is installed. */
export const wsgiPy = `from django.core.wsgi import get_wsgi_application
application = get_wsgi_application()
`;

/** StatsD's: Graphite is told each second. */
export function statsdJs(ports) {
  return `{
  graphiteHost: '127.0.0.1', graphitePort: ${ports.carbon},
  address: '127.0.0.1', port: ${ports.statsd},
  mgmt_address: '127.0.0.1', mgmt_port: ${ports.statsdadmin},
  backends: ['./backends/graphite'],
  graphite: { legacyNamespace: false },
  flushInterval: 1000, percentThreshold: [90]
}
`;
}
