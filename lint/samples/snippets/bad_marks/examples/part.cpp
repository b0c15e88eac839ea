int main() {
  // snippet begin
  int shown = 1;
    int deeper = 2;
}
