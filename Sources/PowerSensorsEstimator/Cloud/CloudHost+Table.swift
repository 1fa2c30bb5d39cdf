package import PowerSensorsMachine

extension CloudHost {
    /// A host, and the families of instances that run on it.
    package struct Row: Sendable {
        let families: [String]
        package let host: CloudHost
    }

    /// The rows of a provider; empty for one whose hosts' sizes are not known.
    package static func rows(of provider: CloudPlatform.Provider) -> [Row] {
        switch provider {
        case .amazon: amazon
        case .google: google
        case .azure: azure
        default: []
        }
    }

    /// Parses rows of families, processor, sockets, cores per socket, virtual processors and GB.
    private static func parsed(_ table: String) -> [Row] {
        table.split(separator: "\n").compactMap { line in
            let fields = line.split(separator: ";")
            guard fields.count == 6, let sockets = Int(fields[2]), let cores = Int(fields[3]),
                let processors = Int(fields[4]), let memory = Double(fields[5])
            else { return nil }
            return Row(
                families: fields[0].split(separator: " ").map { String($0) },
                host: CloudHost(
                    processor: String(fields[1]), sockets: sockets, coresPerSocket: cores,
                    virtualProcessors: processors, memoryGigabytes: memory))
        }
    }

    /// Amazon EC2. A host is as large as the family's largest or `metal` size, by Amazon's table of instance types
    /// (docs.aws.amazon.com/ec2/latest/instancetypes). The processors and sockets are those of Cloud Carbon Footprint's
    /// tables of 2026 (ccf-coefficients, Apache-2.0), which it has from Amazon and Teads; sizes without a `metal` type
    /// (families 3 and 4, `t2`, `m5a`, `c5a`) are Teads'.
    private static let amazon = parsed(
        """
        a1;AWS Graviton;1;16;16;32
        c3;Intel Xeon E5-2680 v2;2;10;40;60
        r3 i2;Intel Xeon E5-2670 v2;2;10;40;244
        c4;Intel Xeon E5-2666 v3;2;10;40;60
        t2 m4;Intel Xeon E5-2686 v4;2;18;72;256
        t2 m4 d2;Intel Xeon E5-2676 v3;2;12;48;256
        r4 g3 f1 h1 p2 p3;Intel Xeon E5-2686 v4;2;18;72;488
        i3;Intel Xeon E5-2686 v4;2;18;72;512
        x1;Intel Xeon E7-8880 v3;4;18;128;1952
        x1e;Intel Xeon E7-8880 v3;4;18;128;3904
        c5 c5d;Intel Xeon Platinum 8275CL;2;24;96;192
        c5 c5d c5n;Intel Xeon Platinum 8124M;2;18;72;192
        inf1;Intel Xeon Platinum 8275CL;2;24;96;192
        m5 m5d t3;Intel Xeon Platinum 8175M;2;24;96;384
        m5 m5d m5n m5dn t3 g4dn;Intel Xeon Platinum 8259CL;2;24;96;384
        r5 r5d i3en p3dn;Intel Xeon Platinum 8175M;2;24;96;768
        r5 r5d r5n r5dn r5b;Intel Xeon Platinum 8259CL;2;24;96;768
        d3;Intel Xeon Platinum 8259CL;2;24;96;256
        m5zn x2iezn;Intel Xeon Platinum 8252C;2;12;48;192
        z1d;Intel Xeon Platinum 8151;2;12;48;384
        m5a m5ad t3a;AMD EPYC 7571;2;32;96;384
        r5a r5ad;AMD EPYC 7571;2;32;96;768
        c5a c5ad;AMD EPYC 7R32;1;48;96;192
        g4ad g5;AMD EPYC 7R32;2;48;192;768
        c6g c6gd c6gn g5g;AWS Graviton2;1;64;64;128
        m6g m6gd t4g im4gn;AWS Graviton2;1;64;64;256
        r6g r6gd i4g;AWS Graviton2;1;64;64;512
        x2gd;AWS Graviton2;1;64;64;1024
        c6i c6id c6in;Intel Xeon Platinum 8375C;2;32;128;256
        m6i m6id m6in m6idn trn1;Intel Xeon Platinum 8375C;2;32;128;512
        r6i r6id r6in r6idn i4i;Intel Xeon Platinum 8375C;2;32;128;1024
        x2idn;Intel Xeon Platinum 8375C;2;32;128;2048
        x2iedn;Intel Xeon Platinum 8375C;2;32;128;4096
        c6a;AMD EPYC 7R13;2;48;192;384
        m6a g6 inf2;AMD EPYC 7R13;2;48;192;768
        r6a g6e;AMD EPYC 7R13;2;48;192;1536
        c7g c7gd c7gn;AWS Graviton3;1;64;64;128
        m7g m7gd;AWS Graviton3;1;64;64;256
        r7g r7gd;AWS Graviton3;1;64;64;512
        c7i c7i-flex;Intel Xeon Platinum 8488C;2;48;192;384
        m7i m7i-flex;Intel Xeon Platinum 8488C;2;48;192;768
        r7i;Intel Xeon Platinum 8488C;2;48;192;1536
        c7a;AMD EPYC 9R14;2;96;192;384
        m7a;AMD EPYC 9R14;2;96;192;768
        r7a;AMD EPYC 9R14;2;96;192;1536
        c8g c8gd c8gn c8gb;AWS Graviton4;2;96;192;384
        m8g m8gd m8gn m8gb;AWS Graviton4;2;96;192;768
        r8g r8gd r8gn r8gb i8g;AWS Graviton4;2;96;192;1536
        x8g;AWS Graviton4;2;96;192;3072
        c8a;AMD EPYC 9R45;2;96;192;384
        m8a;AMD EPYC 9R45;2;96;192;768
        r8a;AMD EPYC 9R45;2;96;192;1536
        """)

    /// Google Compute Engine. The virtual processors and the memory are those of its sole-tenant nodes, whose names have
    /// them; the cores are those that their table states (cloud.google.com/compute/docs/nodes/sole-tenant-nodes), or of the largest type
    /// where that has more: a3-highgpu-8g of 8481C, c4a-standard-96-metal of Axion. E2 has no
    /// such node, and runs on hosts of any kind.
    private static let google = parsed(
        """
        n1 f1 g1;Intel Xeon Platinum 8173M;2;28;96;624
        n2;Intel Xeon Platinum 8273CL;2;24;80;640
        n2;Intel Xeon Platinum 8373C;2;36;128;864
        n2d;AMD EPYC 7B12;2;64;224;896
        n2d;AMD EPYC 7B13;2;64;224;1792
        c2;Intel Xeon Gold 6253CL;2;18;60;240
        c3 h3;Intel Xeon Platinum 8481C;2;52;176;704
        c3d;AMD EPYC 9B14;2;96;360;1440
        c4 n4;Intel Xeon Platinum 8581C;2;60;224;1372
        c4a;Google Axion;1;96;72;288
        m1;Intel Xeon Platinum 8173M;2;28;96;1433
        m1;Intel Xeon E7-8880 v4;4;22;160;3844
        m2;Intel Xeon Platinum 8280L;8;28;416;8832
        m3;Intel Xeon Platinum 8373C;2;36;128;1952
        """)

    /// Microsoft Azure. The cores, virtual processors and memory are those of its dedicated hosts
    /// (learn.microsoft.com/azure/virtual-machines/dedicated-hosts: general purpose, memory optimized, compute optimized).
    /// The sockets follow from the processors' cores.
    private static let azure = parsed(
        """
        d3 e3;Intel Xeon Platinum 8272CL;2;26;80;504
        d3 e3;Intel Xeon Platinum 8171M;2;26;76;504
        d3 e3;Intel Xeon E5-2673 v4;2;20;64;256
        d3 e3 d4 e4 f2;Intel Xeon Platinum 8370C;2;32;119;768
        d4 e4 f2;Intel Xeon Platinum 8272CL;2;26;80;504
        d5 e5;Intel Xeon Platinum 8370C;2;32;119;768
        d6 e6;Intel Xeon Platinum 8573C;2;56;192;1024
        da4 ea4;AMD EPYC 7452;2;32;96;672
        da4 ea4 da5 ea5;AMD EPYC 7763v;1;64;112;768
        da6 ea6;AMD EPYC 9V74;1;80;144;768
        dc2;Intel Xeon E-2288G;1;8;8;64
        dc3;Intel Xeon Platinum 8370C;2;32;48;384
        """)
}
