// The harness with a clock of its own, for cocotb: Python wakes up once a block of beats.
//
// When `start` changes, the counts of a block are read from the file counts.bin (16 bits each, big-endian) and
// played; the results are written to results.hex, and `finished` follows `start`. A line of results is a beat:
// class and cycles (32 bits), then potentials (64 bits each). Lines are missing when the core hung.
// Only the signals that cocotb needs are public: making all of them so costs speed.
module bench;
`include "parameters.svh"

  logic start  /*verilator public_flat_rw*/ = 0;
  logic finished  /*verilator public_flat_rd*/ = 0;
  logic [31:0] size  /*verilator public_flat_rw*/;  // of the block, in beats
  logic [31:0] seed  /*verilator public_flat_rw*/;  // of random stalls, 0 for none
  logic [31:0] limit  /*verilator public_flat_rw*/;  // cycles that the block may take

  logic clk = 0;
  logic reset = 1;
  logic go = 0;
  logic done;
  logic [31:0] clocks;
  int file;

  harness harness (.*);

  always #1 clk = ~clk;

  always_ff @(posedge clk) clocks <= go ? clocks + 1 : 0;
  wire hung = clocks == limit;

  initial begin
`ifdef HAS_IMAGE
    file = $fopen("image.bin", "rb");
    void'($fread(harness.image, file));
    $fclose(file);
`endif
    repeat (3) @(posedge clk);
    reset <= 0;
    forever begin
      wait (start != finished);
      file = $fopen("counts.bin", "rb");
      void'($fread(harness.counts, file));
      $fclose(file);
      repeat (3) @(posedge clk);  // rewind
      go <= 1;
      @(posedge clk) wait (done | hung);
      @(posedge clk) go <= 0;
      file = $fopen("results.hex", "w");
      for (int beat = 0; beat < harness.answered; beat++) begin
        $fwrite(file, "%08h%08h", harness.classes[beat], harness.cycles[beat]);
        for (int i = 0; i < OUTPUTS; i++) $fwrite(file, "%016h", harness.potentials[beat*OUTPUTS+i]);
        $fwrite(file, "\n");
      end
      $fclose(file);
      finished = start;
    end
  end
endmodule
