import PowerSensors
import Testing

private func batch(_ text: String, isAnchored: Bool = false) throws -> (lines: [String], complaints: [String]) {
    var records = TableRecords(Array(text.utf8))
    let header = records.next()
    var batch = try EstimateBatch(header: try #require(header), isAnchored: isAnchored)
    var lines: [String] = []
    var complaints: [String] = []
    while let record = records.next() {
        do throws(EstimateBatch.Failure) {
            lines.append(try batch.line(for: record))
        } catch {
            complaints.append(error.description)
        }
    }
    return (lines, complaints)
}

private func watts(_ line: String) -> [Double] {
    line.split(separator: ",", omittingEmptySubsequences: false).dropFirst().compactMap { Double($0) }
}

struct EstimateBatchTests {
    @Test func `a row with only the processor's name is estimated`() throws {
        let (lines, complaints) = try batch("cpu\nAMD EPYC 9654\n")
        #expect(complaints.isEmpty)
        let line = try #require(lines.first)
        #expect(line.hasPrefix(","))
        let numbers = watts(line)
        #expect(numbers.count == 33)
        for at in stride(from: 0, to: 33, by: 3) {
            #expect(numbers[at + 1] < numbers[at] && numbers[at] < numbers[at + 2])
            if at > 0 { #expect(numbers[at] >= numbers[at - 3]) }
        }
        #expect(EstimateBatch.header.hasPrefix("result_id,w_0,w_0_low,w_0_high,w_10,"))
        #expect(EstimateBatch.header.hasSuffix(",w_100,w_100_low,w_100_high,class"))
    }

    @Test func `a processor that is not in the data uses more power at full load with a higher design power`() throws {
        let table = "cpu,tdp_w,sockets,cores\nAMD EPYC 9934,200,2,192\nAMD EPYC 9934,,2,192\nAMD EPYC 9934,500,2,192\n"
        let rows = try batch(table).lines.map(watts)
        #expect(rows.count == 3)
        #expect(rows[0][30] < rows[1][30] && rows[1][30] < rows[2][30])
        let (_, complaints) = try batch("cpu,tdp_w\nAMD EPYC 9654,-1\n")
        #expect(complaints == ["line 2: tdp_w '-1': must be a number above 0, and at most 1000000000"])
    }

    @Test func `a row of several nodes is that many times one of them`() throws {
        let header = "result_id,cpu,sockets,cores,memory_gb,nodes\n"
        let one = try #require(try batch(header + "a,Intel Xeon Gold 6252,2,48,192,1\n").lines.first)
        let four = try #require(try batch(header + "a,Intel Xeon Gold 6252,8,192,768,4\n").lines.first)
        for (single, all) in zip(watts(one), watts(four)) { #expect(abs(all - single * 4) < 0.003) }
    }

    @Test func `an anchored row keeps its known powers at both ends`() throws {
        let text = "w_100,w_0,cpu,nodes\n800,100,Intel Xeon Platinum 8380,2\n"
        let numbers = watts(try #require(try batch(text, isAnchored: true).lines.first))
        #expect(Array(numbers.prefix(3)) == [100, 100, 100])
        #expect(Array(numbers.suffix(3)) == [800, 800, 800])
        #expect(numbers[15] > 300 && numbers[15] < 600)
    }

    @Test func `an invalid row is named by its line, and the others are estimated`() throws {
        let (lines, complaints) = try batch(
            #"""
            result_id,cpu,cores,sockets,memory_gb,nodes
            good,Intel Xeon Platinum 8380,80,2,256,1
            negative,Intel Xeon Platinum 8380,-4,2,256,1
            "in
            two lines",Intel Xeon Platinum 8380,80,2,0,1
            short,Intel Xeon Platinum 8380
            none,,80,2,256,1
            strange,Zilog Z80,1,1,1,1
            half,Intel Xeon Platinum 8380,1.5,1,1,1
            few,Intel Xeon Platinum 8380,2,4,256,1
            nodes,Intel Xeon Platinum 8380,80,2,256,3
            "quoted, ""good""",AMD EPYC 7763,128,2,512,1
            open,"Intel Xeon
            """#
        )
        #expect(lines.count == 2)
        #expect(lines.last?.hasPrefix("\"quoted, \"\"good\"\"\",") == true)
        #expect(complaints.map { $0.prefix { $0 != ":" } } == [3, 4, 6, 7, 8, 9, 10, 11, 13].map { "line \($0)" })
        #expect(complaints.first == "line 3: cores '-4': must be a whole number from 1 to 10000000")
        #expect(complaints.last?.contains("close its quotes") == true)
    }

    /// The questions about a table's rows, and the lines of its output.
    private func questions(_ text: String) throws -> (questions: [String], lines: [String]) {
        var records = TableRecords(Array(text.utf8))
        let header = records.next()
        var batch = try EstimateBatch(header: try #require(header), isAnchored: false)
        var (questions, lines): ([String], [String]) = ([], [])
        while let record = records.next() {
            lines.append(try batch.line(for: record) { questions.append($0.description) })
        }
        return (questions, lines)
    }

    @Test func `24 sockets of one core are questioned, and not believed`() throws {
        let header = "cpu,sockets,cores\n"
        let (asked, lines) = try questions(
            header + "AMD EPYC 7763,24,24\nAMD EPYC 7763,2,128\nIntel Xeon Platinum 8380,2,2\nIntel Xeon 5160,2,4\n")
        #expect(asked.map { $0.prefix { $0 != ":" } } == ["line 2", "line 4"])
        #expect(asked.first?.contains("24 sockets of 1 core look like a guest's") == true)
        let believed = try #require(try questions(header + "AMD EPYC 7763,1,24\n").lines.first)
        #expect(watts(lines[0])[0] == watts(believed)[0], "one socket of 24 cores")
        #expect(abs(watts(lines[0])[1] / watts(lines[0])[0] - 0.65) < 0.001, "the wide band")
    }

    @Test func `a size that no machine has is refused, and one that hardly has it is questioned`() throws {
        let (lines, complaints) = try batch(
            "cpu,sockets,cores,threads\nAMD EPYC 7763,100000,,\nAMD EPYC 7763,2,4000,\nAMD EPYC 7763,2,,256\n")
        #expect(lines.count == 1)
        #expect(complaints.first?.contains("100000 sockets are more than a machine has") == true, "\(complaints)")
        #expect(complaints.last?.contains("4000 cores in 2 sockets are more than processors have") == true)
        let (asked, estimated) = try questions(
            "cpu,threads,tdp_w\nAMD EPYC 7763,16,\nAMD EPYC 7763,256,1\nAMD EPYC 7763,256,225\n")
        #expect(estimated.count == 3)
        #expect(asked.count == 2, "\(asked)")
        #expect(asked.first?.contains("8 cores of so large a processor look like a guest's") == true)
        #expect(asked.last?.contains("a design power of 1 W is far from the 280 W of this processor") == true)
    }

    @Test func `more cores than the processors have are questioned, and not believed`() throws {
        let (asked, lines) = try questions(
            "cpu,sockets,cores,threads\nAMD EPYC 7763,2,256,\nAMD EPYC 7763,2,128,\nAMD EPYC 7763,,256,\n"
                + "AMD EPYC 7702P,,128,\nAWS Graviton2,1,,100\nAMD EPYC 7763,2,,256\n")
        #expect(asked.map { $0.prefix { $0 != ":" } } == ["line 2", "line 4", "line 5", "line 6"], "\(asked)")
        #expect(asked.last?.contains("100 cores are more than such processors have") == true)
        #expect(asked.first?.contains("estimated as 2 sockets with 128 cores. Are they threads?") == true)
        #expect(watts(lines[0])[0] == watts(lines[1])[0])
        #expect(watts(lines[2])[0] == watts(lines[1])[0], "no EPYC is one of four")
    }

    @Test func `more sockets than a processor is made for are questioned, and alone not believed`() throws {
        let (asked, lines) = try questions(
            "cpu,sockets,cores\nAMD EPYC 9654P,2,\nAMD EPYC 9654P,1,\nAMD EPYC 7763,4,256\nAMD EPYC 7763,2,128\n"
                + "2x EPYC 7763 128C,,\nIntel Xeon Platinum 8180,4,112\n")
        #expect(asked.map { $0.prefix { $0 != ":" } } == ["line 2", "line 4"], "\(asked)")
        #expect(asked.first?.contains("2 sockets are more than this processor is made for") == true)
        #expect(watts(lines[0])[0] == watts(lines[1])[0])
        #expect(watts(lines[2])[0] > 1.5 * watts(lines[3])[0], "with its cores, the row may be of several machines")
        #expect(abs(watts(lines[2])[1] / watts(lines[2])[0] - 0.65) < 0.001, "the wide band")
        #expect(lines[4] == lines[3], "the name has the whole machine's cores")
        let (others, stated) = try questions(
            "cpu,sockets\n2x Xeon Gold 6130,4\n2x Xeon Gold 6130,2\nXeon Gold 6130,4\n")
        #expect(
            others == ["line 2: the name has 2 sockets, and 4 are stated beside it, which are used. Is that right?"])
        #expect(stated[0] == stated[2])
    }

    @Test func `what no processor has is refused, and a design power of another is not used`() throws {
        let (lines, complaints) = try batch(
            "cpu,mhz,tdp_w\nAMD EPYC 7763,1,\nAMD EPYC 7763,,0.5\nAMD EPYC 7763,,5\nAMD EPYC 7763,,\n")
        #expect(lines.count == 2 && lines.first == lines.last)
        #expect(complaints.map { $0.prefix { $0 != ":" } } == ["line 2", "line 3"])
        #expect(complaints.first?.contains("1.0 MHz are no processor's frequency") == true)
        #expect(complaints.last?.contains("0.5 W are no processor's design power") == true)
    }

    @Test func `known watts of a table that are hardly its machine's are asked about`() throws {
        var records = TableRecords(Array("cpu,w_0,w_100\nAMD EPYC 7763,0.1,0.45\nAMD EPYC 7763,100,450\n".utf8))
        let header = records.next()
        var batch = try EstimateBatch(header: try #require(header), isAnchored: true)
        var questions: [String] = []
        while let record = records.next() { _ = try batch.line(for: record) { questions.append($0.description) } }
        #expect(questions.count == 1 && questions.first?.hasPrefix("line 2: the known 0.1 W at idle") == true)
    }

    @Test func `a row whose both ends are known is not assumed`() throws {
        for (isAnchored, assumed) in [(true, 0), (false, 1)] {
            var records = TableRecords(Array("cpu,w_0,w_100\nAMD EPYC 7763,100,500\n".utf8))
            let header = records.next()
            var batch = try EstimateBatch(header: try #require(header), isAnchored: isAnchored)
            let row = records.next()
            _ = try batch.line(for: try #require(row))
            #expect(batch.assumedCount == assumed)
        }
    }

    @Test func `a quotation mark without an end costs its own row alone`() throws {
        let (lines, complaints) = try batch(
            "result_id,cpu\na,AMD EPYC 7763\n\"b,AMD EPYC 7763\nc,AMD EPYC 7763\nd,AMD EPYC 7763\n")
        #expect(lines.map { $0.prefix(2) } == ["a,", "c,", "d,"])
        #expect(complaints == ["line 3: a quoted field has no end; close its quotes"])
        let (others, further) = try batch(
            "result_id,cpu\na,AMD EPYC 7763\nb,\"AMD EPYC 7763\nc,\"AMD EPYC 7763\"\nd,\"AMD EPYC 7763\"\n")
        #expect(others.map { $0.prefix(2) } == ["a,", "c,", "d,"])
        #expect(further == complaints)
    }

    @Test func `estimates of an assumed size are counted`() throws {
        var records = TableRecords(Array("cpu,sockets\nAMD EPYC 7763,\nAMD EPYC 7763,2\n".utf8))
        let header = records.next()
        var batch = try EstimateBatch(header: try #require(header), isAnchored: false)
        while let record = records.next() { _ = try batch.line(for: record) }
        #expect(batch.assumedCount == 1)
    }

    @Test func `a row's class is stated, shown by its form factor, or found by its processor`() throws {
        let (lines, complaints) = try batch(
            """
            cpu,class,form_factor
            AMD Ryzen 9 7950X,,
            AMD Ryzen 9 7950X,mini-pc,2U
            AMD Ryzen 9 7950X,,2U
            AMD EPYC 7763,,Tower
            Raspberry Pi 5,,--
            Intel Core i3-540,,Tower
            AMD EPYC 7763,toaster,
            """)
        #expect(
            lines.map { $0.split(separator: ",").last.map(String.init) }
                == ["desktop", "mini-pc", "server", "server", "single-board", "server"])
        #expect(complaints.count == 1 && complaints.first?.contains("class 'toaster'") == true)
    }

    @Test(arguments: [
        ("cpu,wats\n", "wats"), ("sockets\n", "cpu is missing"), ("cpu,cpu\n", "twice"), ("cpu,\n", "''"),
    ])
    func `an invalid header is refused`(header: String, mention: String) throws {
        let records = Array(TableRecords(Array(header.utf8)))
        let record = try #require(records.first)
        #expect {
            _ = try EstimateBatch(header: record, isAnchored: false)
        } throws: { "\($0)".contains(mention) && "\($0)".hasPrefix("line 1: ") }
    }

    @Test func `anchored rows need both known powers`() throws {
        let (lines, complaints) = try batch(
            "cpu,w_0,w_100\nAMD EPYC 7763,100,\nAMD EPYC 7763,200,100\nAMD EPYC 7763,-1,100\nAMD EPYC 7763,100,400\n",
            isAnchored: true
        )
        #expect(lines.count == 1)
        #expect(complaints.count == 3)
        #expect(throws: EstimateBatch.Failure.self) { try batch("cpu,w_0\n", isAnchored: true) }
    }

    @Test func `line ends of any kind and a byte order mark are accepted`() {
        let records = Array(TableRecords(Array("\u{FEFF}a,b\r\n\r\n1,\"x\r\ny\"\r\n\n2,3".utf8)))
        #expect(records.map(\.fields) == [["a", "b"], ["1", "x\r\ny"], ["2", "3"]])
        #expect(records.map(\.line) == [1, 3, 6])
        #expect(Array(TableRecords([])).isEmpty)
    }

    @Test func `an unknown generation is assumed from vendor and year, with a wide band`() throws {
        var server = DescribedServer(processor: "Intel Xeon Something")
        server.year = 2012
        let (modelled, isAssumed) = try server.modelled()
        #expect(modelled.generation == .sandyBridge)
        #expect(isAssumed)
        let numbers = watts(try #require(try batch("cpu,hw_year\nIntel Xeon Something,2012\n").lines.first))
        #expect(abs(numbers[1] / numbers[0] - 0.5) < 0.001, "its cores are unknown too")
    }

    @Test func `cores that are missing are the processor's own`() throws {
        for alone in [
            "AMD EPYC 9654P", "Intel Xeon D-2776NT", "Intel Core i7-9700K", "AMD Ryzen 7 5800X", "Core i3-540",
        ] {
            #expect(try DescribedServer(processor: alone).modelled().server.sockets == 1, "\(alone)")
        }
        var byCores = DescribedServer(processor: "AMD EPYC 9754")
        byCores.cores = 128
        #expect(try byCores.modelled().server.sockets == 1)
        #expect(try !byCores.modelled().isAssumed)
        #expect(try DescribedServer(processor: "AMD EPYC 9754").modelled().isAssumed)
        #expect(try DescribedServer(processor: "AMD EPYC 9754").modelled().server.cores == 256)
        var byThreads = DescribedServer(processor: "AMD EPYC 9754")
        byThreads.sockets = 1
        for (threads, cores) in [(256, 128), (128, 128), (64, 32)] {
            byThreads.threads = threads
            #expect(try byThreads.modelled().server.cores == cores)
        }
    }
}
