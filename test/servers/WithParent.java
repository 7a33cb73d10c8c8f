/**
 * Runs another main class and ends the JVM when standard input closes, so that a test process that is killed never leaves a
 * server behind. Arguments: the main class, then its own arguments.
 */
public class WithParent {
  public static void main(String[] args) throws Exception {
    Thread watch = new Thread(() -> {
      try {
        while (System.in.read() >= 0) { }
      } catch (java.io.IOException closed) {
        // the same as the end of the stream
      }
      Runtime.getRuntime().halt(1);
    }, "parent-watch");
    watch.setDaemon(true);
    watch.start();
    String[] rest = java.util.Arrays.copyOfRange(args, 1, args.length);
    Class.forName(args[0]).getMethod("main", String[].class).invoke(null, (Object) rest);
  }
}
