/// Names as `cpuinfo`, makers and people write them, with what makers and the kernel say of these processors.
///
/// A line that begins with `#` holds the maker, the line, the generation as its maker calls it, and the generation in the
/// model's data (`~` before the nearest if its own is not in them); `-` stands for unknown. Names follow, and after `=>`
/// the cores that the name shows and the letters for low power.
let knownNames = """
    # intel | desktop | Core | pre2009
    Intel(R) Core(TM)2 Quad CPU Q8400 @ 2.66GHz => 4
    Core 2 Quad Q8400 => 4
    Intel(R) Core(TM)2 Quad CPU Q9550 @ 2.83GHz => 4
    Intel(R) Core(TM)2 Quad  CPU   Q6600  @ 2.40GHz => 4
    Intel(R) Core(TM)2 Duo CPU E8400 @ 3.00GHz => 2
    Intel(R) Core(TM)2 CPU 6600 @ 2.40GHz => 2
    Intel(R) Core(TM)2 Extreme CPU X9650 @ 3.00GHz
    Intel(R) Core(TM)2 Extreme CPU Q6850 @ 3.00GHz
    Intel(R) Pentium(R) Dual-Core CPU E5200 @ 2.50GHz => 2
    Intel(R) Pentium(R) Dual CPU E2160 @ 1.80GHz
    Intel(R) Celeron(R) CPU E3300 @ 2.50GHz
    # intel | mobile | Core | pre2009
    Intel(R) Core(TM)2 Duo CPU P8600 @ 2.40GHz => 2
    Intel(R) Core(TM)2 Duo CPU T9300 @ 2.50GHz => 2
    Intel(R) Core(TM)2 Duo CPU L7500 @ 1.60GHz => 2 L
    Intel(R) Core(TM)2 Duo CPU SU9400 @ 1.40GHz => 2 U
    Intel(R) Core(TM)2 Solo CPU U3500 @ 1.40GHz => 1 U
    Pentium(R) Dual-Core CPU T4500 @ 2.30GHz => 2
    # intel | desktop | NetBurst | pre2009
    Intel(R) Pentium(R) 4 CPU 3.00GHz
    Intel Pentium D Processor 930
    Intel(R) Celeron(R) D CPU 347 @ 3.06GHz
    # intel | mobile | Pentium M | pre2009
    Intel(R) Pentium(R) M processor 1.60GHz
    # intel | desktop | Nehalem | nehalem
    Intel(R) Core(TM) i7 CPU 920 @ 2.67GHz
    Intel(R) Core(TM) i7 CPU 860 @ 2.80GHz
    Intel(R) Core(TM) i5 CPU 750 @ 2.67GHz
    Intel(R) Core(TM) i7 CPU 975 @ 3.33GHz
    # intel | mobile | Nehalem | nehalem
    Intel(R) Core(TM) i7 CPU Q 720 @ 1.60GHz
    # intel | desktop | Westmere | westmere
    Intel(R) Core(TM) i5 CPU 650 @ 3.20GHz
    Intel(R) Core(TM) i3 CPU 540 @ 3.07GHz
    Intel Core i3-540
    Intel(R) Core(TM) i7 CPU X 980 @ 3.33GHz
    Intel(R) Pentium(R) CPU G6950 @ 2.80GHz
    # intel | mobile | Westmere | westmere
    Intel(R) Core(TM) i5 CPU M 520 @ 2.40GHz
    Intel(R) Core(TM) i7 CPU L 640 @ 2.13GHz => L
    Intel Core i7 610E
    Intel(R) Pentium(R) CPU P6100 @ 2.00GHz
    # intel | desktop | Sandy Bridge | sandybridge
    Intel(R) Core(TM) i7-2600K CPU @ 3.40GHz
    Intel(R) Core(TM) i5-2500 CPU @ 3.30GHz
    Intel(R) Core(TM) i3-2100T CPU @ 2.50GHz => T
    Intel(R) Core(TM) i7-3930K CPU @ 3.20GHz
    Intel(R) Core(TM) i7-3820 CPU @ 3.60GHz
    Intel(R) Pentium(R) CPU G620 @ 2.60GHz
    Intel(R) Celeron(R) CPU G530T @ 2.00GHz => T
    # intel | mobile | Sandy Bridge | sandybridge
    Intel(R) Core(TM) i5-2520M CPU @ 2.50GHz
    Intel(R) Core(TM) i7-2820QM CPU @ 2.30GHz
    Intel(R) Celeron(R) CPU 847 @ 1.10GHz
    Intel(R) Pentium(R) CPU B960 @ 2.20GHz
    # intel | desktop | Ivy Bridge | ivybridge
    Intel(R) Core(TM) i7-3770K CPU @ 3.50GHz
    Intel(R) Core(TM) i5-3570S CPU @ 3.10GHz
    Intel(R) Core(TM) i7-4930K CPU @ 3.40GHz
    Intel(R) Pentium(R) CPU G2020 @ 2.90GHz
    Intel(R) Celeron(R) CPU G1610 @ 2.60GHz
    # intel | mobile | Ivy Bridge | ivybridge
    Intel(R) Core(TM) i7-3840QM CPU @ 2.80GHz
    Intel(R) Core(TM) i5-3320M CPU @ 2.60GHz
    Intel(R) Core(TM) i5-3427U CPU @ 1.80GHz => U
    Intel(R) Celeron(R) CPU 1037U @ 1.80GHz => U
    # intel | desktop | Haswell | haswell
    Intel(R) Core(TM) i7-4770 CPU @ 3.40GHz
    Intel(R) Core(TM) i7-4790K CPU @ 4.00GHz
    Intel(R) Core(TM) i5-4590T CPU @ 2.00GHz => T
    Intel(R) Core(TM) i7-5960X CPU @ 3.00GHz
    Intel(R) Core(TM) i7-5820K CPU @ 3.30GHz
    Intel(R) Pentium(R) CPU G3258 @ 3.20GHz
    Intel(R) Celeron(R) CPU G1820 @ 2.70GHz
    # intel | mobile | Haswell | haswell
    Intel(R) Core(TM) i5-4300U CPU @ 1.90GHz => U
    Intel(R) Core(TM) i7-4810MQ CPU @ 2.80GHz
    Intel(R) Core(TM) i7-4960HQ CPU @ 2.60GHz
    Intel(R) Celeron(R) 2955U @ 1.40GHz => U
    # intel | desktop | Broadwell | broadwell
    Intel(R) Core(TM) i7-5775C CPU @ 3.30GHz
    Intel(R) Core(TM) i7-6950X CPU @ 3.00GHz
    # intel | mobile | Broadwell | broadwell
    Intel(R) Core(TM) i5-5200U CPU @ 2.20GHz => U
    Intel(R) Core(TM) M-5Y10c CPU @ 0.80GHz => Y
    Intel(R) Core(TM) i7-5850HQ CPU @ 2.70GHz
    # intel | desktop | Skylake | skylake-client
    Intel(R) Core(TM) i7-6700K CPU @ 4.00GHz
    Intel(R) Core(TM) i5-6500TE CPU @ 2.30GHz => T
    Intel(R) Pentium(R) CPU G4400 @ 3.30GHz
    Intel(R) Celeron(R) CPU G3900 @ 2.80GHz
    # intel | mobile | Skylake | skylake-client
    Intel(R) Core(TM) i5-6200U CPU @ 2.30GHz => U
    Intel(R) Core(TM) m3-6Y30 CPU @ 0.90GHz => Y
    Intel(R) Core(TM) i7-6820HQ CPU @ 2.70GHz
    # intel | desktop | Kaby Lake | skylake-client
    Intel(R) Core(TM) i7-7700 CPU @ 3.60GHz
    Intel(R) Core(TM) i5-7400T CPU @ 2.40GHz => T
    Intel(R) Pentium(R) CPU G4560 @ 3.50GHz
    # intel | mobile | Kaby Lake | skylake-client
    Intel(R) Core(TM) i7-7500U CPU @ 2.70GHz => U
    Intel(R) Core(TM) i5-8250U CPU @ 1.60GHz => U
    Intel(R) Core(TM) i7-8550U CPU @ 1.80GHz => U
    Intel(R) Celeron(R) CPU 3865U @ 1.80GHz => U
    Intel(R) Core(TM) i5-7Y54 CPU @ 1.20GHz => Y
    # intel | desktop | Skylake | skylake
    Intel(R) Core(TM) i9-7900X CPU @ 3.30GHz
    Intel(R) Core(TM) i9-9980XE CPU @ 3.00GHz
    # intel | desktop | Cascade Lake | cascadelake
    Intel(R) Core(TM) i9-10980XE CPU @ 3.00GHz
    # intel | desktop | Coffee Lake | coffeelake
    Intel(R) Core(TM) i7-8700 CPU @ 3.20GHz
    Intel(R) Core(TM) i5-8500T CPU @ 2.10GHz => T
    Intel(R) Core(TM) i9-9900K CPU @ 3.60GHz
    Intel Core i7-9700K
    Intel(R) Pentium(R) Gold G5400 CPU @ 3.70GHz
    # intel | mobile | Coffee Lake | coffeelake
    Intel(R) Core(TM) i7-8850H CPU @ 2.60GHz
    Intel(R) Core(TM) i7-8559U CPU @ 2.70GHz => U
    Intel(R) Core(TM) i9-9880H CPU @ 2.30GHz
    # intel | mobile | Whiskey Lake | coffeelake
    Intel(R) Core(TM) i7-8565U CPU @ 1.80GHz => U
    Intel(R) Core(TM) i3-8145UE CPU @ 2.20GHz => U
    # intel | desktop | Comet Lake | coffeelake
    Intel(R) Core(TM) i7-10700 CPU @ 2.90GHz
    Intel(R) Core(TM) i9-10900K CPU @ 3.70GHz
    Intel(R) Core(TM) i5-10400T CPU @ 2.00GHz => T
    Intel(R) Pentium(R) Gold G6400 CPU @ 4.00GHz
    # intel | mobile | Comet Lake | coffeelake
    Intel(R) Core(TM) i5-10210U CPU @ 1.60GHz => U
    Intel(R) Core(TM) i7-10750H CPU @ 2.60GHz
    # intel | mobile | Ice Lake | ~rocketlake
    Intel(R) Core(TM) i7-1065G7 CPU @ 1.30GHz
    Intel(R) Core(TM) i5-1035G1 CPU @ 1.00GHz
    # intel | mobile | Tiger Lake | ~rocketlake
    11th Gen Intel(R) Core(TM) i7-1165G7 @ 2.80GHz
    11th Gen Intel(R) Core(TM) i5-1135G7 @ 2.40GHz
    11th Gen Intel(R) Core(TM) i7-11800H @ 2.30GHz
    # intel | desktop | Rocket Lake | rocketlake
    11th Gen Intel(R) Core(TM) i7-11700K @ 3.60GHz
    11th Gen Intel(R) Core(TM) i5-11400 @ 2.60GHz
    # intel | desktop | Alder Lake | ~raptorlake
    12th Gen Intel(R) Core(TM) i7-12700K
    12th Gen Intel(R) Core(TM) i5-12500T => T
    12th Gen Intel(R) Core(TM) i9-12900KS
    Intel(R) Celeron(R) G6900
    # intel | mobile | Alder Lake | ~raptorlake
    12th Gen Intel(R) Core(TM) i7-1260P
    12th Gen Intel(R) Core(TM) i5-1235U => U
    12th Gen Intel(R) Core(TM) i7-12800HX
    Intel(R) Pentium(R) Gold 8505
    # intel | desktop | Raptor Lake | raptorlake
    13th Gen Intel(R) Core(TM) i9-13900K
    13th Gen Intel(R) Core(TM) i5-13500
    Intel(R) Core(TM) i7-14700K
    Intel(R) Core(TM) i9-14900T => T
    # intel | mobile | Raptor Lake | ~raptorlake
    13th Gen Intel(R) Core(TM) i7-1360P
    13th Gen Intel(R) Core(TM) i3-1315U => U
    13th Gen Intel(R) Core(TM) i9-13980HX
    Intel(R) Core(TM) i9-14900HX
    Intel(R) Core(TM) 7 150U => U
    Intel(R) Core(TM) 5 210H
    # intel | mobile | Meteor Lake | other
    Intel(R) Core(TM) Ultra 7 155H
    Intel(R) Core(TM) Ultra 5 125U => U
    # intel | mobile | Lunar Lake | other
    Intel(R) Core(TM) Ultra 7 258V
    # intel | mobile | Arrow Lake | other
    Intel(R) Core(TM) Ultra 7 255H
    Intel(R) Core(TM) Ultra 9 275HX
    # intel | desktop | Arrow Lake | other
    Intel(R) Core(TM) Ultra 9 285K
    Intel(R) Core(TM) Ultra 5 245
    Intel(R) Core(TM) Ultra 7 265T => T
    # intel | mobile | Panther Lake | other
    Intel(R) Core(TM) Ultra X9 388H
    # intel | embedded | Alder Lake-N | other
    Intel(R) N100
    Intel N100
    Intel(R) Processor N97
    Intel(R) N95
    Intel(R) N200
    Intel(R) Core(TM) i3-N305
    # intel | embedded | Twin Lake | other
    Intel(R) N150
    Intel(R) Core(TM) 3 N355
    # intel | embedded | Tremont | other
    Intel(R) Celeron(R) N5105 @ 2.00GHz
    Intel(R) Pentium(R) Silver N6000 @ 1.10GHz
    Intel(R) Celeron(R) J6412 @ 2.00GHz
    Intel Atom(R) x6425E Processor @ 2.00GHz
    # intel | embedded | Goldmont Plus | other
    Intel(R) Celeron(R) J4125 CPU @ 2.00GHz
    Intel(R) Pentium(R) Silver J5005 CPU @ 1.50GHz
    Intel(R) Celeron(R) N4020 CPU @ 1.10GHz
    # intel | embedded | Goldmont | other
    Intel(R) Celeron(R) CPU J3455 @ 1.50GHz
    Intel(R) Celeron(R) CPU N3350 @ 1.10GHz
    Intel(R) Pentium(R) CPU N4200 @ 1.10GHz
    Intel(R) Atom(TM) Processor E3950 @ 1.60GHz
    # intel | embedded | Airmont | other
    Intel(R) Celeron(R) CPU N3150 @ 1.60GHz
    Intel(R) Pentium(R) CPU N3710 @ 1.60GHz
    Intel(R) Atom(TM) x5-Z8350 CPU @ 1.44GHz
    # intel | embedded | Silvermont | other
    Intel(R) Celeron(R) CPU J1900 @ 1.99GHz
    Intel(R) Celeron(R) CPU N2840 @ 2.16GHz
    Intel(R) Atom(TM) CPU E3845 @ 1.91GHz
    Intel(R) Atom(TM) CPU Z3735F @ 1.33GHz
    # intel | embedded | Bonnell | other
    Intel(R) Atom(TM) CPU N270 @ 1.60GHz
    Intel(R) Atom(TM) CPU 330 @ 1.60GHz
    Intel(R) Atom(TM) CPU D525 @ 1.80GHz
    # intel | embedded | Saltwell | other
    Intel(R) Atom(TM) CPU D2550 @ 1.86GHz
    # intel | embedded | Gracemont | other
    Intel Atom(R) x7425E
    # intel | server | Silvermont | ~other
    Intel(R) Atom(TM) CPU C2750 @ 2.40GHz => 8
    # intel | server | Goldmont | ~other
    Intel(R) Atom(TM) CPU C3758 @ 2.20GHz => 8
    # intel | server | Tremont | ~other
    Intel Atom(R) P5362 processor
    Intel Atom Processor (Snowridge, MPX)
    # intel | server | NetBurst | pre2009
    Intel(R) Xeon(R) CPU 5050 @ 3.00GHz
    Intel Xeon 7140N
    # intel | server | Core | pre2009
    Intel(R) Xeon(R) CPU 5160 @ 3.00GHz
    Intel(R) Xeon(R) CPU E5430 @ 2.66GHz
    Intel(R) Xeon(R) CPU L5420 @ 2.50GHz => L
    Intel Xeon X7460
    Intel(R) Xeon(R) CPU X3220 @ 2.40GHz
    Intel Core 2 Duo P9xxx (Penryn Class Core 2)
    # intel | server | Nehalem | nehalem
    Intel(R) Xeon(R) CPU X5570 @ 2.93GHz
    Intel(R) Xeon(R) CPU L5520 @ 2.27GHz => L
    Intel Xeon X7560
    Intel(R) Xeon(R) CPU X3430 @ 2.40GHz
    Intel Core i7 9xx (Nehalem Class Core i7)
    # intel | workstation | Nehalem | nehalem
    Intel(R) Xeon(R) CPU W3565 @ 3.20GHz
    # intel | server | Westmere | westmere
    Intel(R) Xeon(R) CPU X5675 @ 3.07GHz
    Intel(R) Xeon(R) CPU L5640 @ 2.27GHz => L
    Intel(R) Xeon(R) CPU E7- 4870 @ 2.40GHz
    Westmere E56xx/L56xx/X56xx (Nehalem-C)
    # intel | server | Sandy Bridge | sandybridge
    Intel(R) Xeon(R) CPU E5-2670 0 @ 2.60GHz
    Intel(R) Xeon(R) CPU E5-2630L 0 @ 2.00GHz => L
    Intel(R) Xeon(R) CPU E3-1230 V1 @ 3.20GHz
    Intel(R) Xeon(R) CPU E31220 @ 3.10GHz
    Intel Xeon E312xx (Sandy Bridge)
    # intel | server | Ivy Bridge | ivybridge
    Intel(R) Xeon(R) CPU E5-2697 v2 @ 2.70GHz
    Intel(R) Xeon(R) CPU E3-1220L V2 @ 2.30GHz => L
    Intel(R) Xeon(R) CPU E7-4890 v2 @ 2.80GHz
    # intel | server | Haswell | haswell
    Intel(R) Xeon(R) CPU E5-2699 v3 @ 2.30GHz
    Intel Xeon E3-1265Lv3 => L
    Intel Core Processor (Haswell, no TSX)
    # intel | server | Broadwell | broadwell
    Intel(R) Xeon(R) CPU E5-2686 v4 @ 2.30GHz
    Intel(R) Xeon(R) CPU D-1541 @ 2.10GHz
    # intel | server | Skylake | skylake-client
    Intel(R) Xeon(R) CPU E3-1240L v5 @ 2.10GHz => L
    # intel | server | Kaby Lake | skylake-client
    Intel(R) Xeon(R) CPU E3-1230 v6 @ 3.50GHz
    # intel | mobile | Skylake | skylake-client
    Intel(R) Xeon(R) CPU E3-1505M v5 @ 2.80GHz
    # intel | server | Skylake | skylake
    Intel(R) Xeon(R) Platinum 8180 CPU @ 2.50GHz
    Intel(R) Xeon(R) Gold 6148 CPU @ 2.40GHz
    Intel(R) Xeon(R) Silver 4114 CPU @ 2.20GHz
    Intel(R) Xeon(R) Bronze 3106 CPU @ 1.70GHz
    Intel(R) Xeon(R) Platinum 8175M CPU @ 2.50GHz
    Intel(R) Xeon(R) Silver 4116T CPU @ 2.10GHz
    Intel(R) Xeon(R) D-2146NT CPU @ 2.30GHz
    Intel Xeon Processor (Skylake, IBRS)
    # intel | workstation | Skylake | skylake
    Intel(R) Xeon(R) W-2125 CPU @ 4.00GHz
    Intel(R) Xeon(R) W-3175X CPU @ 3.10GHz
    # intel | server | Cascade Lake | cascadelake
    Intel(R) Xeon(R) Gold 6248 CPU @ 2.50GHz
    Intel(R) Xeon(R) Platinum 8259CL CPU @ 2.50GHz
    Intel(R) Xeon(R) Gold 6240L CPU @ 2.60GHz
    Intel(R) Xeon(R) Gold 6210U CPU @ 2.50GHz
    Intel Xeon Processor (Cascadelake)
    # intel | workstation | Cascade Lake | cascadelake
    Intel(R) Xeon(R) W-2295 CPU @ 3.00GHz
    Intel(R) Xeon(R) W-3275M CPU @ 2.50GHz
    # intel | server | Cooper Lake | cooperlake
    Intel(R) Xeon(R) Platinum 8380H CPU @ 2.90GHz
    Intel Xeon Platinum 8380HL 2.90 GHz
    # intel | server | Ice Lake | icelake
    Intel(R) Xeon(R) Platinum 8380 CPU @ 2.30GHz
    Intel(R) Xeon(R) Gold 6314U CPU @ 2.30GHz
    Intel(R) Xeon(R) Platinum 8375C CPU @ 2.90GHz
    Intel(R) Xeon(R) D-2775TE CPU
    # intel | workstation | Ice Lake | icelake
    Intel(R) Xeon(R) W-3375 CPU @ 2.50GHz
    # intel | server | Sapphire Rapids | sapphirerapids
    Intel(R) Xeon(R) Platinum 8480+
    Intel(R) Xeon(R) Platinum 8488C
    Intel(R) Xeon(R) CPU Max 9480
    Intel Xeon Processor (SapphireRapids)
    # intel | workstation | Sapphire Rapids | sapphirerapids
    Intel(R) Xeon(R) w5-2445
    Intel(R) Xeon(R) w9-3495X
    Intel(R) Xeon(R) w7-2595X
    # intel | server | Emerald Rapids | emeraldrapids
    INTEL(R) XEON(R) PLATINUM 8592+
    INTEL(R) XEON(R) GOLD 6526Y
    # intel | server | Granite Rapids | graniterapids
    Intel(R) Xeon(R) 6980P
    Intel Xeon 6737P
    Intel(R) Xeon(R) 6726P-B
    # intel | server | Sierra Forest | sierraforest
    Intel(R) Xeon(R) 6780E
    # intel | server | Clearwater Forest | ~sierraforest
    Intel(R) Xeon(R) 6990E+
    # intel | server | Coffee Lake | coffeelake
    Intel(R) Xeon(R) E-2288G CPU @ 3.70GHz
    Intel(R) Xeon(R) E-2124 CPU @ 3.30GHz
    # intel | mobile | Coffee Lake | coffeelake
    Intel(R) Xeon(R) E-2286M CPU @ 2.40GHz
    # intel | workstation | Comet Lake | coffeelake
    Intel(R) Xeon(R) W-1250 CPU @ 3.30GHz
    # intel | mobile | Comet Lake | coffeelake
    Intel(R) Xeon(R) W-10855M CPU @ 2.80GHz
    # intel | mobile | Tiger Lake | ~rocketlake
    Intel(R) Xeon(R) W-11955M CPU @ 2.60GHz
    # intel | server | Rocket Lake | rocketlake
    Intel(R) Xeon(R) E-2388G CPU @ 3.20GHz
    # intel | server | Raptor Lake | raptorlake
    Intel(R) Xeon(R) E-2488
    Intel Xeon 6369P
    # intel | server | - | -
    Intel(R) Xeon(R) Processor @ 2.30GHz
    Intel(R) Xeon(R) CPU @ 2.20GHz
    Intel Xeon Something
    # intel | - | - | -
    Intel Something
    Intel(R) Processor
    Intel Core Q8400
    # intel | mobile | - | ~raptorlake
    Intel(R) Core(TM) 5 320
    # amd | server | Zen | naples
    AMD EPYC 7601 32-Core Processor => 32
    AMD EPYC 7351P 16-Core Processor => 16
    AMD EPYC 3251 8-Core Processor => 8
    # amd | server | Zen 2 | rome
    AMD EPYC 7742 64-Core Processor => 64
    AMD EPYC 7F52 16-Core Processor => 16
    AMD EPYC 7H12 64-Core Processor => 64
    AMD EPYC 7R32
    AMD EPYC 7B12
    AMD EPYC-Rome Processor
    # amd | server | Zen 3 | milan
    AMD EPYC 7763 64-Core Processor => 64
    AMD EPYC 7643 48-Core Processor => 48
    AMD EPYC 7R13 Processor
    AMD EPYC 7V73X 64-Core Processor => 64
    AMD EPYC 7T83 64-Core Processor => 64
    AMD EPYC-Milan Processor
    # amd | server | Zen 4 | genoa
    AMD EPYC 9654 96-Core Processor => 96
    AMD EPYC 9454 48-Core Processor => 48
    AMD EPYC 9754 128-Core Processor => 128
    AMD EPYC 8534P 64-Core Processor => 64
    AMD EPYC 9V74 80-Core Processor => 80
    AMD EPYC 9R14
    AMD EPYC 9V33X 96-Core Processor => 96
    AMD EPYC 9684X 96-Core Processor => 96
    # amd | server | Zen 5 | turin
    AMD EPYC 9965 192-Core Processor => 192
    AMD EPYC 9575F 64-Core Processor => 64
    AMD EPYC 9R45
    # amd | server | Zen 4 | zen-am5
    AMD EPYC 4584PX 16-Core Processor => 16
    # amd | server | Zen 5 | zen-am5
    AMD EPYC 4565P 16-Core Processor => 16
    # amd | server | - | -
    AMD EPYC Processor (with IBPB)
    # amd | server | K8 | pre2009
    AMD Opteron(tm) Processor 248
    Dual-Core AMD Opteron(tm) Processor 2218 => 2
    Dual-Core AMD Opteron(tm) Processor 2216 HE => 2 HE
    AMD Opteron 2216HE => HE
    AMD Opteron 240 (Gen 1 Class Opteron)
    # amd | server | K10 | k10
    Quad-Core AMD Opteron(tm) Processor 2356 => 4
    Quad-Core AMD Opteron(tm) Processor 2373 EE => 4 EE
    Six-Core AMD Opteron(tm) Processor 8425 HE => 6 HE
    AMD Opteron(tm) Processor 6174
    AMD Opteron(tm) Processor 4164 EE => EE
    AMD Opteron 23xx (Gen 3 Class Opteron)
    # amd | server | Bulldozer | bulldozer
    AMD Opteron(TM) Processor 6276
    AMD Opteron(tm) Processor 3280
    AMD Opteron 62xx class CPU
    # amd | server | Piledriver | bulldozer
    AMD Opteron(tm) Processor 6380
    AMD Opteron(tm) Processor 4376 HE => HE
    AMD Opteron(tm) Processor 3350 HE => HE
    # amd | server | Jaguar | ~other
    AMD Opteron(tm) Processor X2150
    # amd | server | Excavator | ~other
    AMD Opteron(tm) X3421 APU
    # amd | desktop | Zen | ~zen-am5
    AMD Ryzen 7 1700 Eight-Core Processor => 8
    AMD Ryzen 5 2400G with Radeon Vega Graphics
    AMD Athlon 200GE with Radeon Vega Graphics => GE
    AMD Athlon 3000G with Radeon Vega Graphics
    # amd | desktop | Zen+ | ~zen-am5
    AMD Ryzen 5 2600 Six-Core Processor => 6
    AMD Ryzen 5 3400G with Radeon Vega Graphics
    # amd | desktop | Zen 2 | ~zen-am5
    AMD Ryzen 9 3950X 16-Core Processor => 16
    AMD Ryzen 7 PRO 4750G with Radeon Graphics
    AMD Ryzen 5 PRO 4650GE with Radeon Graphics => GE
    # amd | desktop | Zen 3 | ~zen-am5
    AMD Ryzen 7 5800X 8-Core Processor => 8
    AMD Ryzen 7 5700G with Radeon Graphics
    AMD Ryzen 7 5800X3D 8-Core Processor => 8
    # amd | desktop | Zen 4 | zen-am5
    AMD Ryzen 9 7950X 16-Core Processor => 16
    AMD Ryzen 5 7600 6-Core Processor => 6
    # amd | desktop | Zen 4 | ~zen-am5
    AMD Ryzen 7 8700G w/ Radeon 780M Graphics
    # amd | desktop | Zen 5 | zen-am5
    AMD Ryzen 9 9950X 16-Core Processor => 16
    AMD Ryzen 7 9800X3D 8-Core Processor => 8
    # amd | mobile | Zen+ | ~zen-am5
    AMD Ryzen 5 3500U with Radeon Vega Mobile Gfx => U
    # amd | mobile | Zen | ~zen-am5
    AMD Ryzen 5 2500U with Radeon Vega Mobile Gfx => U
    AMD Athlon Silver 3050U with Radeon Graphics => U
    # amd | mobile | Zen 2 | ~zen-am5
    AMD Ryzen 7 4800H with Radeon Graphics
    AMD Ryzen 7 5700U with Radeon Graphics => U
    AMD Ryzen 5 7520U with Radeon Graphics => U
    # amd | mobile | Zen 3 | ~zen-am5
    AMD Ryzen 7 5800U with Radeon Graphics => U
    AMD Ryzen 9 5900HX with Radeon Graphics
    AMD Ryzen 5 7530U with Radeon Graphics => U
    # amd | mobile | Zen 3+ | ~zen-am5
    AMD Ryzen 7 6800U with Radeon Graphics => U
    AMD Ryzen 7 7735HS with Radeon Graphics
    # amd | mobile | Zen 4 | ~zen-am5
    AMD Ryzen 7 7840U w/ Radeon 780M Graphics => U
    AMD Ryzen 9 7945HX with Radeon Graphics
    AMD Ryzen 7 8845HS w/ Radeon 780M Graphics
    AMD Ryzen Z1 Extreme
    AMD Ryzen 7 260 w/ Radeon 780M Graphics
    # amd | mobile | Zen 5 | ~zen-am5
    AMD Ryzen AI 9 HX 370 w/ Radeon 890M
    AMD Ryzen AI 5 340 w/ Radeon 840M
    AMD RYZEN AI MAX+ 395 w/ Radeon 8060S
    # amd | embedded | Zen | ~zen-am5
    AMD Ryzen Embedded V1605B with Radeon Vega Gfx
    AMD Ryzen Embedded R1505G with Radeon Vega Gfx
    # amd | embedded | Zen 2 | ~zen-am5
    AMD Ryzen Embedded V2718 with Radeon Graphics
    # amd | embedded | Zen 3 | ~zen-am5
    AMD Ryzen Embedded V3C48
    # amd | workstation | Zen | ~naples
    AMD Ryzen Threadripper 1950X 16-Core Processor => 16
    # amd | workstation | Zen+ | ~naples
    AMD Ryzen Threadripper 2990WX 32-Core Processor => 32
    # amd | workstation | Zen 2 | ~rome
    AMD Ryzen Threadripper 3990X 64-Core Processor => 64
    # amd | workstation | Zen 3 | ~milan
    AMD Ryzen Threadripper PRO 5995WX 64-Cores => 64
    # amd | workstation | Zen 4 | ~genoa
    AMD Ryzen Threadripper PRO 7995WX 96-Cores => 96
    # amd | workstation | Zen 5 | ~turin
    AMD Ryzen Threadripper 9980X 64-Cores => 64
    # amd | desktop | K8 | pre2009
    AMD Athlon(tm) 64 X2 Dual Core Processor 5000+ => 2
    # amd | desktop | K10 | k10
    AMD Phenom(tm) II X6 1090T Processor
    AMD Phenom(tm) 9550 Quad-Core Processor => 4
    AMD Athlon(tm) II X4 610e Processor => E
    # amd | mobile | K10 | k10
    AMD Turion(tm) II Neo N40L Dual-Core Processor => 2
    # amd | desktop | Bulldozer | bulldozer
    AMD FX(tm)-8150 Eight-Core Processor => 8
    # amd | desktop | Piledriver | bulldozer
    AMD FX(tm)-8350 Eight-Core Processor => 8
    # amd | desktop | Piledriver | ~bulldozer
    AMD A10-5800K APU with Radeon(tm) HD Graphics
    AMD A10-6800K APU with Radeon(tm) HD Graphics
    # amd | desktop | Steamroller | ~bulldozer
    AMD A10-7850K Radeon R7, 12 Compute Cores 4C+8G
    # amd | desktop | K10 | ~k10
    AMD A8-3850 APU with Radeon(tm) HD Graphics
    # amd | desktop | Jaguar | other
    AMD Athlon(tm) 5350 APU with Radeon(tm) R3
    # amd | mobile | Bobcat | other
    AMD E-350 Processor
    AMD C-60 APU with Radeon(tm) HD Graphics
    # amd | mobile | Jaguar | other
    AMD E1-2100 APU with Radeon(TM) HD Graphics
    # amd | embedded | Jaguar | other
    AMD GX-412TC SOC
    AMD GX-424CC SOC
    # amd | embedded | Bobcat | other
    AMD G-T40E Processor
    # amd | - | - | -
    AMD Something
    # ampere | server | Neoverse N1 | altra
    Ampere(R) Altra(R) Processor Q80-30 => 80
    Ampere Altra Max M128-30 => 128
    Ampere(R) Altra(R) Max 64-Bit Multi-Core Processor
    # ampere | server | AmpereOne | ~altra
    AmpereOne A192-32X => 192
    Ampere-1a
    # amazon | server | Neoverse N1 | altra
    AWS Graviton2 => 64
    # amazon | server | Cortex-A72 | ~altra
    AWS Graviton => 16
    # amazon | server | Neoverse V1 | ~altra
    AWS Graviton3 => 64
    AWS Graviton 3E => 64
    # amazon | server | Neoverse V2 | ~altra
    AWS Graviton4 => 96
    # arm | server | Neoverse N1 | altra
    Neoverse-N1
    # arm | server | Neoverse N2 | ~altra
    Neoverse-N2
    # nvidia | server | Neoverse V2 | other
    NVIDIA Grace => 72
    Grace CPU Superchip => 144
    # microsoft | server | Neoverse N2 | ~altra
    Azure Cobalt 100 => 128
    # google | server | - | ~altra
    Google Axion => 96
    # alibaba | server | Neoverse N2 | ~altra
    Yitian 710
    # marvell | server | ThunderX2 | -
    Cavium ThunderX2(R) CPU CN9980
    # huawei | server | TaiShan v110 | -
    Kunpeng-920
    HUAWEI Kunpeng 920 5250
    # phytium | server | - | -
    FT-2000+/64 => 64
    Phytium S2500/64 => 64
    # phytium | desktop | - | -
    Phytium D2000/8 => 8
    # apple | mobile | M1 | ~other
    Apple M1
    Apple M1 Pro
    # apple | mobile | M2 | ~other
    Apple M2 Max
    # apple | embedded | M2 | ~other
    Apple M2 Ultra
    # apple | mobile | M4 | ~other
    Apple M4
    # qualcomm | mobile | - | -
    Snapdragon(R) X Elite - X1E-80-100 - Qualcomm(R) Oryon(TM) CPU
    # arm | single-board | Cortex-A76 | -
    Raspberry Pi 5 => 4
    Raspberry Pi 5 Model B Rev 1.0 => 4
    BCM2712 => 4
    Raspberry Pi 500 => 4
    Raspberry Pi Compute Module 5 Rev 1.0 => 4
    # arm | single-board | Cortex-A72 | -
    Raspberry Pi 4 Model B Rev 1.4 => 4
    BCM2711 => 4
    Cortex-A72
    # arm | single-board | Cortex-A53 | -
    Raspberry Pi 3 Model B Plus Rev 1.3 => 4
    Raspberry Pi Zero 2 W Rev 1.0 => 4
    # arm | single-board | ARM1176 | -
    Raspberry Pi Zero W Rev 1.1 => 1
    # arm | single-board | Cortex-A76 | -
    Rockchip RK3588 => 8
    # arm | single-board | - | -
    ARMv7 Processor rev 4 (v7l)
    # nvidia | single-board | - | -
    NVIDIA Jetson Nano
    # nvidia | embedded | - | ~other
    NVIDIA Jetson AGX Orin => 12
    NVIDIA Jetson AGX Xavier => 8
    # nvidia | embedded | GB10 | ~other
    NVIDIA GB10 => 20
    # hygon | server | Zen | naples
    Hygon C86 7185 32-core Processor => 32
    Hygon C86 7285 32-core Processor => 32
    Hygon Dhyana Processor
    # hygon | server | - | -
    Hygon C86 7390 32-core Processor => 32
    Hygon C86-4G (OPN:7490)
    # hygon | desktop | Zen | ~zen-am5
    Hygon C86 3250 8-core Processor => 8
    # zhaoxin | desktop | - | -
    ZHAOXIN KaiXian KX-U6780A@2.7GHz
    ZHAOXIN KaiXian KX-7000/8@3.2GHz
    # zhaoxin | server | - | -
    ZHAOXIN KaiSheng KH-40000/16@2.2GHz
    # zhaoxin | embedded | - | -
    VIA Nano X2 U4025 @ 1.2 GHz
    # loongson | desktop | LA464 | -
    Loongson-3A5000 => 4
    # loongson | desktop | LA664 | -
    Loongson-3A6000-HV => 4
    # loongson | server | LA464 | -
    Loongson-3C5000L => 16
    # loongson | server | LA664 | -
    Loongson-3C6000/S => 16
    # loongson | single-board | - | -
    Loongson-2K1000
    # ibm | server | POWER9 | -
    POWER9 (raw), altivec supported
    POWER9
    # ibm | server | POWER10 | -
    POWER10 (architected), altivec supported
    IBM Power 10
    # ibm | server | POWER8 | -
    POWER8E (raw), altivec supported
    # ibm | server | - | -
    IBM/S390
    # ibm | server | z14 | -
    IBM z14
    # risc-v | single-board | U74 | -
    sifive,u74-mc
    StarFive JH7110
    # risc-v | single-board | X60 | -
    spacemit,x60
    # risc-v | single-board | C906 | -
    thead,c906
    # risc-v | single-board | - | -
    rv64imafdc
    # risc-v | server | C920 | -
    SOPHGO SG2042 => 64
    # - | - | - | -
    Zilog Z80
    QEMU Virtual CPU version 2.5+
    QEMU TCG CPU version 2.5+
    Common KVM processor
    DO-Regular
    Virtual CPU 82d9ed4018dd
    Shanghai
    unknown
    """
