/// How many cores processors have whose names do not say it.
///
/// The numbers are meant to be those that the makers state of models of servers. Those of 578 Intel models until 2022 were compared
/// with a copy of ark.intel.com's list (github.com/bernuli/perlSimpleBenchmark); others were not looked up one by one. Where the
/// published results have a model too, a test compares the two.
package enum ProcessorCores {
    /// The cores of a socket; nil for a model that is not in the table.
    ///
    /// - Parameters:
    ///   - generation: The processor's generation: some numbers were used twice.
    ///   - key: The processor's ``ProcessorKey/text``.
    package static func perSocket(of generation: CPUGeneration, key: String) -> Int? {
        // Every Xeon E3-1000 but the E3-1220L has four cores. E3 and four digits: the older E3110 has three.
        if key.hasPrefix("e31"), key.dropFirst(2).prefix(4).allSatisfy(\.isNumber), key.utf8.count >= 6 {
            return key.hasPrefix("e31220l") ? 2 : 4
        }
        return key.isEmpty ? nil : table["\(generation.rawValue) \(key)"]
    }

    /// The cores by the generation and the key, with a blank between them.
    private static let table: [String: Int] = {
        var table: [String: Int] = [:]
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            guard words.count > 2, let cores = Int(words[1].dropLast()) else { continue }
            for key in words.dropFirst(2) { table["\(words[0]) \(key)"] = cores }
        }
        return table
    }()

    /// Lines of a generation, a number of cores, and the keys of the models that have so many.
    private static let text = """
        pre2009 2: 1210 1212 1214 1216 1218 1220 1222 1224 2210 2212 2214 2216 2218 2220 2222 2224se 3040 3050 3060 \
        3065 3070 3075 3085 5110 5120 5130 5140 5148 5150 5160 8212 8214 8216 8218 8220 8222 8224se e3110 e3120 e5205 \
        e5220 e5240 e7210 e7220 l3110 l5215 l5238 l5240 x5260 x5270 x5272
        pre2009 4: e5310 e5320 e5335 e5345 e5405 e5410 e5420 e5430 e5440 e5450 e5462 e5472 e7310 e7320 e7330 e7340 \
        e7420 e7430 e7440 l3360 l5310 l5318 l5320 l5335 l5408 l5410 l5420 l5430 l7345 l7445 x3210 x3220 x3230 x3320 \
        x3330 x3350 x3360 x3370 x3380 x5355 x5365 x5450 x5460 x5470 x5472 x5482 x5492 x7350
        pre2009 6: e7450 e7458 l7455 x7460
        nehalem 2: e5502 e5503 l3406 l5508
        nehalem 4: e5504 e5506 e5507 e5520 e5530 e5540 e7520 l3426 l5506 l5518 l5520 l5530 w5580 w5590 x3430 x3440 \
        x3450 x3460 x3470 x3480 x5550 x5560 x5570
        nehalem 6: e6540 e7530 e7540 l7545 x7542
        nehalem 8: l7555 x6550 x7550 x7560
        westmere 4: e5603 e5606 e5607 e5620 e5630 e5640 l5609 l5618 l5630 x3690 x5647 x5667 x5672 x5677 x5687
        westmere 6: e5645 e5649 e72803 e74807 l5638 l5639 l5640 x5650 x5660 x5670 x5675 x5680 x5690
        westmere 8: e72820 e72830 e74820 e74830 e78830 e78837
        westmere 10: e72850 e72860 e72870 e74850 e74860 e74870 e78850 e78860 e78867l e78870
        k10 4: 1352 1354 1356 1381 1385 1389 2344he 2346he 2347he 2350 2352 2354 2356 2358se 2360se 2372he 2373ee \
        2374he 2376 2376he 2377ee 2378 2379he 2380 2381he 2382 2384 2386se 2387 2389 2393se 4122 4130 8350 8354 8356 \
        8376he 8378 8380 8381he 8382 8384
        k10 6: 2419ee 2423he 2425he 2427 2431 2435 2439se 4162ee 4164ee 4170he 4174he 4176he 4180 4184 8425he 8431 \
        8435 8439se
        k10 8: 6124he 6128 6128he 6132he 6134 6136 6140
        k10 12: 6164he 6166he 6168 6172 6174 6176 6176se 6180se
        bulldozer 4: 6308 3250he 3260he 3320ee 3350he 4310ee 6204
        bulldozer 6: 4226 4228he 4234 4238 4332he 4334 4340
        bulldozer 8: 3280 3380 4256ee 4274he 4276he 4280 4284 4365ee 4376he 4386 6212 6220 6320 6328
        bulldozer 12: 6234 6238 6338p 6344 6348
        bulldozer 16: 6262he 6272 6274 6276 6278 6282se 6284se 6366he 6370p 6376 6378 6380 6386se
        sandybridge 2: e52637
        sandybridge 4: e51607 e51620 e52403 e52407 e52603 e52609 e52643 e54603
        sandybridge 6: e51650 e52420 e52430 e52430l e52440 e52620 e52630 e52630l e52640 e52667 e54607 e54610 e54617
        sandybridge 8: e52448l e52450 e52450l e52470 e52650 e52650l e52660 e52665 e52670 e52680 e52687w e52690 e54620 \
        e54640 e54650 e54650l
        ivybridge 4: e51607v2 e51620v2 e52403v2 e52407v2 e52603v2 e52609v2 e52637v2 e54603v2
        ivybridge 6: e51650v2 e52420v2 e52430lv2 e52430v2 e52620v2 e52630lv2 e52630v2 e52643v2 e54607v2 e74809v2 \
        e78893v2
        ivybridge 8: e51680v2 e52440v2 e52450v2 e52640v2 e52650v2 e52667v2 e52687wv2 e54610v2 e54620v2 e54627v2 \
        e74820v2
        ivybridge 10: e52448lv2 e52450lv2 e52470v2 e52650lv2 e52660v2 e52670v2 e52680v2 e52690v2 e54640v2 e54650v2 \
        e74830v2 e78891v2
        ivybridge 12: e52695v2 e52697v2 e54657lv2 e72850v2 e74850v2 e78857v2
        ivybridge 15: e72870v2 e72880v2 e72890v2 e74870v2 e74880v2 e74890v2 e78870v2 e78880v2 e78890v2
        haswell 4: e51620v3 e51630v3 e52623v3 e52637v3 e78893v3
        haswell 6: e51650v3 e52603v3 e52608lv3 e52609v3 e52620v3 e52643v3 e54655v3
        haswell 8: e51660v3 e51680v3 e52440v3 e52618lv3 e52630lv3 e52630v3 e52640v3 e52667v3 e74809v3
        haswell 10: e52628lv3 e52666v3 e52650v3 e52660v3 e52687wv3 e54610v3 e54620v3 e54627v3 e74820v3 e78891v3
        haswell 12: e52648lv3 e52650lv3 e52658v3 e52670v3 e52673v3 e52676v3 e52678v3 e52680v3 e52690v3 e54640v3 \
        e54650v3 e74830v3
        haswell 14: e52683v3 e52695v3 e52697v3 e54660v3 e74850v3
        haswell 16: e52698v3 e54667v3 e78860v3 e78867v3
        haswell 18: e52699v3 e54669v3 e78870v3 e78880v3 e78890v3
        broadwell 4: d1518 d1521 d1523n d1527 d1529 d1623n e51620v4 e51630v4 e52623v4 e52637v4 e78893v4
        broadwell 6: d1528 d1531 d1533n d1637 e51650v4 e52603v4 e52643v4
        broadwell 8: d1537 d1539 d1540 d1541 d1543n d1548 e51660v4 e51680v4 e52608lv4 e52609v4 e52620v4 e52667v4 \
        e54655v4 e74809v4
        broadwell 10: e52618lv4 e52630lv4 e52630v4 e52640v4 e54610v4 e54620v4 e54627v4 e74820v4 e78891v4
        broadwell 12: d1557 d1559 d1567 e52628lv4 e52650v4 e52687wv4 e54640v4
        broadwell 14: e52648lv4 e52650lv4 e52658v4 e52660v4 e52680v4 e52690v4 e54650v4 e74830v4
        broadwell 16: d1571 d1577 d1587 e52683v4 e52697av4 e54660v4 e74850v4
        broadwell 18: e52686v4 e52695v4 e52697v4 e54667v4 e78860v4 e78867v4
        broadwell 20: e52673v4 e52698v4 e78870v4
        broadwell 22: e52699v4 e54669v4 e78880v4
        broadwell 24: e78890v4
        skylake 4: 4112 5122 8156 d2123it
        skylake 6: 3104 6128
        skylake 8: 3106 4108 4109t 4110 6134 6144 d2141i d2145nt d2146nt
        skylake 10: 4114 4114t 5115
        skylake 12: 8151 4116 4116t 5118 6126 6126t 6136 6146 8158 d2163it d2166nt
        skylake 14: 5117 5119t 5120 5120t 6132 d2177nt
        skylake 16: 6130 6130t 6142 6142m 8153 d2183it d2187nt
        skylake 18: 6140 6140m 6150 6154 8124m
        skylake 20: 6138 6138t 6148
        skylake 22: 6152
        skylake 24: 8160 8160m 8160t 8163 8168 8175m
        skylake 26: 8164 8170 8170m 8171m
        skylake 28: 8173m 8176 8176m 8180 8180m
        cascadelake 4: 5222 8256
        cascadelake 6: 3204
        cascadelake 8: 3206r 4208 4209t 4215 4215r 5217 6234 6244 6250 6250l
        cascadelake 10: 4210 4210r 4210t 5215 5215l
        cascadelake 12: 4214 4214r 4214y 6226 6246 6256 8252c
        cascadelake 16: 4216 5218 5218b 5218n 5218t 6208u 6226r 6242 6246r 8253
        cascadelake 18: 5220 5220s 5220t 6240 6240l 6240m 6240y 6253cl 6254
        cascadelake 20: 5218r 6209u 6210u 6222v 6230 6230n 6230t 6242r 6248
        cascadelake 22: 6238 6238l 6238m 6238t
        cascadelake 24: 5220r 6212u 6240r 6248r 6252 6252n 6262v 8259cl 8260 8260l 8260m 8260y 8268 8273cl 8275cl
        cascadelake 26: 6230r 8269cy 8270 8272cl
        cascadelake 28: 6238r 6258r 8276 8276l 8276m 8280 8280l 8280m
        cascadelake 32: 9221 9222
        cascadelake 48: 9242
        cascadelake 56: 9282
        cooperlake 16: 6328h 6328hl
        cooperlake 18: 5318h 8353h 8354h
        cooperlake 20: 5320h
        cooperlake 24: 6348h 8360h 8360hl
        cooperlake 28: 8376h 8376hl 8380h 8380hl
        icelake 4: d1712tr d1713nt d1714 d1715ter d1718t d2712t
        icelake 6: d1722ne d1726
        icelake 8: 4309y 5315y 6334 d1732te d1733nt d1735tr d1736 d1736nt d1739 d2733nt d2738
        icelake 10: 4310t d1746ter d1747nte d1748te d1749nt
        icelake 12: 4310 5317 d2752nte d2752ter d2753nt d2757nx
        icelake 14: d2766nt
        icelake 16: 4314 6326 6346 d2775te d2776nt d2779
        icelake 18: 6354 d2786nte
        icelake 20: 4316 d2795nt d2796nt d2796te d2798nt d2798nx d2799
        icelake 24: 5318n 5318s 5318y 6312u 6336y 6338t 6342
        icelake 26: 5320
        icelake 28: 6330 6330n 6348
        icelake 32: 6314u 6338 6338n 8352m 8352s 8352y 8358 8358p 8362 8370c 8375c 8378a
        icelake 36: 8351n 8352v 8360y 8373c
        icelake 38: 8368 8368q
        icelake 40: 8380
        sapphirerapids 8: 3408u 4409y 5415+ 6434 6434h
        sapphirerapids 10: 4410t
        sapphirerapids 12: 4410y
        sapphirerapids 16: 5416s 6426y 6444y 8444h
        sapphirerapids 18: 6416h
        sapphirerapids 20: 4416+
        sapphirerapids 24: 5411n 5412u 5418n 5418y 6418h 6442y
        sapphirerapids 28: 5420+ 8450h
        sapphirerapids 32: 6414u 6421n 6428n 6430 6438m 6438n 6438y+ 6448h 6448y 6454s 6458q 8454h 8462y+ max9462
        sapphirerapids 36: 8452y
        sapphirerapids 40: 8460h 8460y+ max9460
        sapphirerapids 44: 8458p
        sapphirerapids 48: 8461v 8468 8468h 8468v 8488c max9468
        sapphirerapids 52: 8481c 8470 8470n 8470q 8471n max9470
        sapphirerapids 56: 8480+ 8480c max9480
        sapphirerapids 60: 8490h
        emeraldrapids 8: 3508u 4509y 5515+ 6534
        emeraldrapids 12: 4510 4510t
        emeraldrapids 16: 4514y 6526y 6544y
        emeraldrapids 24: 4516y+ 6542y
        emeraldrapids 28: 5512u 5520+
        emeraldrapids 32: 6530 6538n 6538y+ 6548n 6548y 6548y+ 6558q 8562y+
        emeraldrapids 36: 6554s
        emeraldrapids 48: 8558 8558p 8558u 8568y+
        emeraldrapids 52: 8571n
        emeraldrapids 56: 8570 8573c
        emeraldrapids 60: 8580 8581c 8581v
        emeraldrapids 64: 8592+ 8592v 8593q
        graniterapids 8: 6507p 6714p
        graniterapids 12: 6505p
        graniterapids 16: 6511p 6515p 6517p 6724p
        graniterapids 24: 6520p 6521p 6527p 6728p
        graniterapids 32: 6530p 6730p 6731p 6732p 6737p 6738p 6745p
        graniterapids 36: 6736p
        graniterapids 48: 6740p 6741p 6747p 6748p
        graniterapids 64: 6760p 6761p 6767p 6768p 6774p 6776p
        graniterapids 72: 6960p
        graniterapids 80: 6781p
        graniterapids 86: 6787p 6788p
        graniterapids 96: 6952p 6972p
        graniterapids 120: 6979p
        graniterapids 128: 6980p
        sierraforest 64: 6710e
        sierraforest 96: 6740e
        sierraforest 112: 6746e
        sierraforest 128: 6756e
        sierraforest 144: 6766e 6780e
        naples 4: 3101 3151
        naples 8: 3201 3251 7251 7261
        naples 12: 3301 3351
        naples 16: 3401 3451 7281 7301 7351 7351p 7371
        naples 24: 7401 7401p 7451
        naples 32: 7501 7551 7551p 7571 7601
        rome 8: 7232p 7252 7262 7f32
        rome 12: 7272
        rome 16: 7282 7302 7302p 7f52
        rome 24: 7352 7402 7402p 7f72
        rome 32: 7452 7502 7502p 7532 7542
        rome 48: 7552 7642 7r32
        rome 64: 7662 7702 7702p 7742 7b12 7h12 7k62 7v12
        milan 8: 7203 7203p 72f3
        milan 16: 7303 7303p 7313 7313p 7343 7373x 73f3
        milan 24: 7413 7443 7443p 7473x 74f3
        milan 28: 7453
        milan 32: 7513 7543 7543p 7573x 75f3
        milan 48: 7643 7643p 7r13
        milan 56: 7663 7663p
        milan 64: 7713 7713p 7763 7763v 7773x 7v13 7v73x 7b13 7j13
        genoa 8: 8024p 8024pn
        genoa 16: 8124p 8124pn 9124 9174f 9184x
        genoa 24: 8224p 8224pn 9224 9254 9274f
        genoa 32: 8324p 8324pn 9334 9354 9354p 9374f 9384x
        genoa 48: 8434p 8434pn 9454 9454p 9474f
        genoa 64: 8534p 8534pn 9534 9554 9554p
        genoa 80: 9v74
        genoa 84: 9634
        genoa 96: 9654 9654p 9684x 9b14 9r14 9v33x 9v84
        genoa 112: 9734
        genoa 128: 9754 9754s
        turin 8: 9015
        turin 16: 9115 9135 9175f
        turin 24: 9255 9275f
        turin 32: 9335 9355 9355p 9375f
        turin 36: 9365
        turin 48: 9455 9455p 9475f
        turin 64: 9535 9555 9555p 9575f
        turin 72: 9565
        turin 96: 9r45 9645 9655 9655p
        turin 128: 9745 9755
        turin 144: 9825
        turin 160: 9845
        turin 192: 9965
        zen-am5 4: 4124p
        zen-am5 6: 4244p 4245p
        zen-am5 8: 4344p 4345p 4364p
        zen-am5 12: 4464p 4465p 4484px
        zen-am5 16: 4545p 4564p 4565p 4584px 4585px
        rocketlake 4: e2314 e2324g e2334 e2374g
        rocketlake 6: e2336 e2356g e2386g
        rocketlake 8: e2378 e2378g e2388g
        raptorlake 4: 6315p 6325p e2414 e2434
        raptorlake 6: 6349p e2436 e2456 e2486
        raptorlake 8: 6353p 6369p e2468 e2478 e2488
        coffeelake 4: e2104g e2124 e2124g e2134 e2144g e2174g e2224 e2224g e2234 e2244g e2274g
        coffeelake 6: e2126g e2136 e2146g e2176g e2186g e2226g e2236 e2246g e2276g e2286g
        coffeelake 8: e2278g e2278ge e2278gel e2288g
        """
}

extension GenerationMatch {
    /// The cores of a socket with a processor: those that its name states, those of its maker's list, or those of the data; nil
    /// if none of them has it.
    func coresPerSocket(of name: ProcessorName, key: String) -> Int? {
        let known =
            ProcessorCores.perSocket(of: generation, key: key)
            ?? ReferencePoints.embedded.coresPerSocket(of: generation, key: key)
        // People write the whole machine's cores too: `2x EPYC 7763 128C`.
        guard let named = name.coresPerSocket else { return known }
        return min(named, known ?? named)
    }
}
