// Run by mongosh, any number of times: makes the replica set of one, which change streams need, and the user that
// the processes sign in as, who may read and write the two databases and nothing else.
const user = 'reprise';
const password = process.env.MONGO_PASSWORD;
const roles = ['reprise', 'reprise-identity'].map((name) => ({ role: 'readWrite', db: name }));
const triesMax = 60;

db.getSiblingDB('admin').auth('root', process.env.MONGO_ROOT_PASSWORD);

try {
  rs.status();
} catch (error) {
  if (error.codeName !== 'NotYetInitialized') throw error;
  rs.initiate({ _id: 'rs0', members: [{ _id: 0, host: 'mongo:27017' }] });
}

for (let tries = 0; !db.hello().isWritablePrimary; tries += 1) {
  if (tries === triesMax) throw new Error('the replica set has no primary after a minute');
  sleep(1000);
}

const admin = db.getSiblingDB('admin');
if (admin.getUser(user) === null) admin.createUser({ user, pwd: password, roles });
else admin.updateUser(user, { pwd: password, roles });
print('the replica set and the user are there');
