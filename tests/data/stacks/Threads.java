import java.util.concurrent.locks.LockSupport;
public class Threads {
    interface Job { long run(int n); }
    static volatile boolean stop;
    static long spin(int n) { long s = 0; while (!stop) { s += n; } return s; }
    static long outer(Job job) { return job.run(3); }
    public static void main(String[] a) throws Exception {
        Thread busy = new Thread(() -> outer(n -> spin(n)), "pool-1-thread-7");
        Thread parked = new Thread(() -> LockSupport.park(), "waiter \"one\"");
        busy.setDaemon(true); parked.setDaemon(true); busy.start(); parked.start();
        Thread.sleep(15000);
    }
}
