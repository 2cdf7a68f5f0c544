// Compiling and linking the units beside this one is the test.
int main() {}
