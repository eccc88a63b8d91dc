// Plays a block of beats through a core at full rate, or with stalls, and keeps what comes out.
//
// Both front ends drive this same module: they fill `counts` (and `image`), hold `go` until `done`, and read the
// other arrays. Two cycles without `go` rewind the block, while the core waits between two beats.
// `parameters.svh` is generated: INPUTS, OUTPUTS, LAYERS, their widths, BLOCK (beats), IMAGE_BYTES, and the macros
// REST (cycles after a result in which the core falls asleep), HAS_IMAGE (a core with weights in ram), PROBES, TALLY and
// CORE (a build that counts activity, and where its probes are), WATCH (one that also keeps each neuron as it leaves the
// lanes, of which WATCHED may let one go in a cycle).
module harness (
    input logic clk,
    input logic reset,
    input logic go,
    input logic [31:0] size,  // of the block, in beats
    input logic [31:0] seed,  // of random stalls on both streams, 0 for none
    output logic done
);
`include "parameters.svh"

  // Registered, because Verilator computes again at every edge whatever hangs directly on inputs.
  logic rst, run;
  logic [31:0] beats, stall;
  always_ff @(posedge clk) begin
    rst <= reset;
    run <= go;
    beats <= size;
    stall <= seed;
  end

  logic [15:0] counts[0:BLOCK*INPUTS-1]  /*verilator public_flat_rw*/;
  logic [31:0] classes[0:BLOCK-1]  /*verilator public_flat_rd*/;
  logic [63:0] potentials[0:BLOCK*OUTPUTS-1]  /*verilator public_flat_rd*/;
  // from the offer of its first count to its result, both included
  logic [31:0] cycles[0:BLOCK-1]  /*verilator public_flat_rd*/;

  logic [31:0] fed, position, word, answered, now, noise, rested;
  logic [31:0] begun[0:BLOCK-1];
  logic offered, waiting, loaded;
  logic counts_valid, counts_ready, result_valid, result_ready;
  logic [CLASS_BITS+OUTPUTS*POTENTIAL_BITS-1:0] result;

  wire calm = stall == 0;
  // a stream never takes back what it once offered
  assign counts_valid = run & loaded & (fed != beats) & (calm | offered | noise[3]);
  assign result_ready = run & (calm | (noise[12] & noise[17]));
  assign done = answered == beats;

  wire begins = counts_valid & position == 0 & fed == answered & rested == REST;

  always_ff @(posedge clk) begin
    if (~run) noise <= stall;
    else if (~calm) noise <= noise * 32'd1664525 + 32'd1013904223;
    now <= now + 1;
    offered <= counts_valid & ~counts_ready;
    waiting <= begins & ~counts_ready;
    if (begins & ~waiting) begun[fed] <= now;
    if (rested != REST) rested <= rested + 1;
    if (counts_valid & counts_ready) begin
      word <= word + 1;
      position <= position == INPUTS - 1 ? 0 : position + 1;
      if (position == INPUTS - 1) fed <= fed + 1;
    end
    if (result_valid & result_ready) begin
      classes[answered] <= 32'(result[CLASS_BITS-1:0]);
      for (int i = 0; i < OUTPUTS; i++)
        potentials[answered*OUTPUTS+i] <= 64'(signed'(result[CLASS_BITS+i*POTENTIAL_BITS+:POTENTIAL_BITS]));
      cycles[answered] <= now - begun[answered] + 1;
      answered <= answered + 1;
      rested <= 0;
    end
    if (rst | ~run) begin
      fed <= 0;
      position <= 0;
      word <= 0;
      answered <= 0;
      now <= 0;
      offered <= 0;
      waiting <= 0;
      rested <= REST;
    end
  end

`ifdef HAS_IMAGE
  logic [7:0] image[0:IMAGE_BYTES-1]  /*verilator public_flat_rw*/;
  logic [31:0] sent;
  logic image_ready;
  assign loaded = sent == IMAGE_BYTES;
  always_ff @(posedge clk) begin
    if (rst) sent <= 0;
    else if (run & ~loaded & image_ready) sent <= sent + 1;
  end
`else
  assign loaded = 1;
`endif

  core dut (
`ifdef HAS_IMAGE
      .image__payload(image[sent]),
      .image__valid(run & ~loaded),
      .image__ready(image_ready),
`endif
      .clk(clk),
      .rst(rst),
      .counts__payload(counts[word][INPUT_BITS-1:0]),
      .counts__valid(counts_valid),
      .counts__ready(counts_ready),
      .result__payload(result),
      .result__valid(result_valid),
      .result__ready(result_ready)
  );

`ifdef PROBES
  longint activity[0:BLOCK*`PROBES*LAYERS-1]  /*verilator public_flat_rd*/;
  longint tally[0:`PROBES*LAYERS-1];  // of the beat at work

  always @(posedge clk) begin
    `TALLY
    if (result_valid & result_ready)
      for (int i = 0; i < `PROBES * LAYERS; i++) begin
        activity[answered*`PROBES*LAYERS+i] <= tally[i];
        tally[i] = 0;
      end
    if (rst) for (int i = 0; i < `PROBES * LAYERS; i++) tally[i] = 0;
  end
`endif

`ifdef WATCH
  logic [31:0] leavers  /*verilator public_flat_rd*/;  // in the last beat
  longint left[0:5*2*NEURONS-1]  /*verilator public_flat_rd*/;  // layer, neuron, potential, fired, cycle
  // of each lane from which a neuron may leave
  wire [WATCHED-1:0] leaving = `CORE.watch_leaving;
  wire [WATCHED*WATCHED_POTENTIAL-1:0] potential = `CORE.watch_potential;
  wire [WATCHED*WATCHED_FIRED-1:0] fired = `CORE.watch_fired;
  int leaver;

  always @(posedge clk) begin
    leaver = int'(leavers);
    if (rst | (counts_valid & counts_ready & position == 0)) leaver = 0;
    else
      for (int i = 0; i < WATCHED; i++)
        if (leaving[i] && leaver < 2 * NEURONS) begin
          left[leaver*5] <= 64'(`CORE.probe_layer);
          left[leaver*5+1] <= 64'(`CORE.watch_neuron) + 64'(i);
          left[leaver*5+2] <= 64'(signed'(potential[i*WATCHED_POTENTIAL+:WATCHED_POTENTIAL]));
          left[leaver*5+3] <= FIRED_IS_TRAIN != 0 ? 64'($countones(fired)) : 64'(fired[i*WATCHED_FIRED+:WATCHED_FIRED]);
          left[leaver*5+4] <= 64'(now - begun[answered] + 1);
          leaver = leaver + 1;
        end
    leavers <= leaver;
  end
`endif
endmodule
