// Exceptions of every kind, printed by Java itself: see README.md.
import java.io.IOException;
import java.util.List;

public class Exceptions {
    static class Resource implements AutoCloseable {
        public void close() { throw new IllegalStateException("still in use"); }
    }

    static void read(int depth) throws IOException {
        if (depth == 0) { throw new IOException("no such disk\nlook at fault 7"); }
        read(depth - 1);
    }

    static void load(int depth) {
        try {
            read(depth);
        } catch (IOException problem) {
            throw new RuntimeException("cannot load", problem);
        }
    }

    interface Work { void run() throws Exception; }

    static void attempt(Work work) {
        try {
            work.run();
        } catch (Exception problem) {
            problem.printStackTrace();
        }
    }

    public static void main(String[] arguments) throws Exception {
        attempt(() -> load(2));
        System.err.println("2025-03-04 12:31:10 WARN Exceptions - trying again");
        attempt(() -> { try (Resource held = new Resource()) { load(0); } });
        attempt(() -> List.of(1, 2).forEach(x -> { throw new IllegalArgumentException("odd"); }));
        attempt(() -> Exceptions.class.getDeclaredMethod("load", int.class).invoke(null, 0));
        Exception one = new Exception("one");
        one.initCause(new Exception("two", one));
        one.printStackTrace();
        Thread other = new Thread(() -> load(1), "loader-7");
        other.start();
        other.join();
    }
}
