import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.MongoVersion;
import de.bwaldvogel.mongo.backend.AbstractMongoBackend;
import de.bwaldvogel.mongo.backend.h2.H2Backend;
import de.bwaldvogel.mongo.backend.memory.MemoryBackend;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.exception.MongoServerError;
import de.bwaldvogel.mongo.wire.message.MongoMessage;
import java.util.List;
import java.util.Set;
import org.h2.mvstore.MVStore;

/** Speaks MongoDB's protocol where there is no mongod. Arguments: host, port and, to keep the data, a file. */
public class MongoStandIn {
  /** Commands that change nothing, after which there is nothing to put into the file. */
  private static final Set<String> READS =
      Set.of("find", "getMore", "aggregate", "count", "distinct", "hello", "ping", "isMaster", "ismaster");

  public static void main(String[] args) throws Exception {
    AbstractMongoBackend backend = args.length > 2 ? inFile(args[2]) : inMemory();
    backend.version(new ClaimedVersion());
    MongoServer server = new MongoServer(backend);
    Runtime.getRuntime().addShutdownHook(new Thread(server::shutdownNow));
    server.bind(args[0], Integer.parseInt(args[1]));
    Thread.currentThread().join();
  }

  private static AbstractMongoBackend inMemory() {
    return new MemoryBackend() {
      @Override
      public Document handleMessage(MongoMessage message) {
        refuseChangeStream(message.getDocument());
        return super.handleMessage(message);
      }
    };
  }

  /** Puts each write into the file before it is answered, so that a killed server has lost nothing of it. */
  private static AbstractMongoBackend inFile(String file) {
    MVStore store = new MVStore.Builder().fileName(file).cacheSize(64).open();
    store.setRetentionTime(0);
    store.setVersionsToKeep(0);
    return new H2Backend(store) {
      @Override
      public Document handleMessage(MongoMessage message) {
        refuseChangeStream(message.getDocument());
        try {
          return super.handleMessage(message);
        } finally {
          if (!READS.contains(message.getDocument().keySet().iterator().next())) store.commit();
        }
      }
    };
  }

  /**
   * Answers as a mongod without replicas does. The stand-in could keep the log that change streams read, but it
   * would hold every document once more and for ever, at a fifth of the speed; without it they would be silent.
   */
  private static void refuseChangeStream(Document command) {
    if (command.get("pipeline") instanceof List<?> stages
        && !stages.isEmpty()
        && stages.get(0) instanceof Document first
        && first.containsKey("$changeStream")) {
      throw new MongoServerError(40573, "Location40573", "no change streams here: poll, or use a replica set");
    }
  }

  /** Claims to be MongoDB 5.0: what the stand-in claims by itself is too old for today's drivers. */
  private static class ClaimedVersion implements MongoVersion {
    public List<Integer> getVersionArray() {
      return List.of(5, 0, 0, 0);
    }

    public String toVersionString() {
      return "5.0.0";
    }

    public int getWireVersion() {
      return 13;
    }
  }
}
