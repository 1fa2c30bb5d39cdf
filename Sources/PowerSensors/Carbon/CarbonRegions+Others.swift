// Written by Scripts/carbon-table.py; not to be changed by hand.

extension CarbonRegions {
    /// The world, states of the USA, and the regions of clouds; blanks in codes are underscores.
    ///
    /// A line holds the region's code, grams of CO2 equivalent a kilowatt-hour, the year,
    /// the letter of the source, and the name.
    static let others = """
        World 472.9 2024 E World
        US-RI 395.0 2016 U Rhode Island
        US-ND 754.7 2016 U North Dakota
        US-AK 420.0 2016 U Alaska
        US-MD 459.3 2016 U Maryland
        US-NM 713.4 2016 U New Mexico
        US-AZ 422.9 2016 U Arizona
        US-OR 138.7 2016 U Oregon
        US-AL 414.1 2016 U Alabama
        US-VA 369.1 2016 U Virginia
        US-CO 666.0 2016 U Colorado
        US-LA 398.6 2016 U Louisiana
        US-MS 426.7 2016 U Mississippi
        US-MO 765.5 2016 U Missouri
        US-IA 452.6 2016 U Iowa
        US-TX 476.1 2016 U Texas
        US-OK 473.4 2016 U Oklahoma
        US-MI 498.9 2016 U Michigan
        US-PA 388.0 2016 U Pennsylvania
        US-NC 393.5 2016 U North Carolina
        US-SC 285.5 2016 U South Carolina
        US-KY 886.5 2016 U Kentucky
        US-OH 664.9 2016 U Ohio
        US-IN 822.2 2016 U Indiana
        US-VT 25.8 2016 U Vermont
        US-NJ 253.0 2016 U New Jersey
        US-NE 581.1 2016 U Nebraska
        US-TN 450.1 2016 U Tennessee
        US-DC 218.5 2016 U District Of Columbia
        US-SD 232.8 2016 U South Dakota
        US-CT 226.1 2016 U Connecticut
        US-MN 459.3 2016 U Minnesota
        US-ME 152.8 2016 U Maine
        US-WI 630.0 2016 U Wisconsin
        US-MT 567.5 2016 U Montana
        US-HI 690.4 2016 U Hawaii
        US-KS 542.3 2016 U Kansas
        US-NH 140.9 2016 U New Hampshire
        US-WV 896.2 2016 U West Virginia
        US-NV 349.2 2016 U Nevada
        US-DE 402.5 2016 U Delaware
        US-ID 85.6 2016 U Idaho
        US-CA 205.3 2016 U California
        US-AR 506.1 2016 U Arkansas
        US-NY 210.5 2016 U New York
        US-FL 464.6 2016 U Florida
        US-WY 919.1 2016 U Wyoming
        US-GA 454.4 2016 U Georgia
        US-IL 368.0 2016 U Illinois
        US-WA 84.8 2016 U Washington
        US-MA 372.5 2016 U Massachusetts
        US-UT 738.2 2016 U Utah
        gcp:africa-south1 656.9 2024 G Johannesburg
        gcp:asia-east1 439.3 2024 G Taiwan
        gcp:asia-east2 505.0 2024 G Hong Kong
        gcp:asia-northeast1 452.9 2024 G Tokyo
        gcp:asia-northeast2 296.2 2024 G Osaka
        gcp:asia-northeast3 356.6 2024 G Seoul
        gcp:asia-south1 678.8 2024 G Mumbai
        gcp:asia-south2 531.8 2024 G Delhi
        gcp:asia-southeast1 366.9 2024 G Singapore
        gcp:asia-southeast2 560.5 2024 G Jakarta
        gcp:australia-southeast1 497.5 2024 G Sydney
        gcp:australia-southeast2 454.4 2024 G Melbourne
        gcp:europe-central2 642.9 2024 G Warsaw
        gcp:europe-north1 39.3 2024 G Finland
        gcp:europe-north2 2.7 2024 G Stockholm
        gcp:europe-southwest1 89.0 2024 G Madrid
        gcp:europe-west1 103.4 2024 G Belgium
        gcp:europe-west2 105.9 2024 G London
        gcp:europe-west3 275.8 2024 G Frankfurt
        gcp:europe-west4 208.8 2024 G Eemshaven
        gcp:europe-west6 15.1 2024 G Zürich
        gcp:europe-west8 201.7 2024 G Milan
        gcp:europe-west9 16.3 2024 G Paris
        gcp:europe-west10 275.8 2024 G Berlin
        gcp:europe-west12 201.7 2024 G Turin
        gcp:me-central1 366.0 2024 G Doha
        gcp:me-central2 382.2 2024 G Dammam
        gcp:me-west1 433.8 2024 G Tel Aviv
        gcp:northamerica-northeast1 5.5 2024 G Montréal
        gcp:northamerica-northeast2 58.6 2024 G Toronto
        gcp:northamerica-south1 305.0 2024 G Mexico
        gcp:southamerica-east1 67.3 2024 G Sāo Paulo
        gcp:southamerica-west1 238.0 2024 G Santiago
        gcp:us-central1 412.7 2024 G Iowa
        gcp:us-central2 372.2 2024 G Oklahoma
        gcp:us-east1 575.8 2024 G South Carolina
        gcp:us-east2 340.4 2024 G Georgia
        gcp:us-east4 323.1 2024 G Northern Virginia
        gcp:us-east5 323.1 2024 G Columbus
        gcp:us-south1 302.9 2024 G Dallas
        gcp:us-west1 79.2 2024 G Oregon
        gcp:us-west2 169.3 2024 G Los Angeles
        gcp:us-west3 555.2 2024 G Salt Lake City
        gcp:us-west4 357.3 2024 G Las Vegas
        aws:us-east-1 415.8 ≤2021 C United States
        aws:us-east-2 440.2 ≤2021 C United States
        aws:us-west-1 350.9 ≤2021 C United States
        aws:us-west-2 350.9 ≤2021 C United States
        aws:us-gov-east-1 415.8 ≤2021 C United States
        aws:us-gov-west-1 350.9 ≤2021 C United States
        aws:af-south-1 928.0 ≤2021 C South Africa
        aws:ap-east-1 810.0 ≤2021 C Hong Kong
        aws:ap-south-1 708.0 ≤2021 C India
        aws:ap-northeast-3 506.0 ≤2021 C Japan
        aws:ap-northeast-2 500.0 ≤2021 C South Korea
        aws:ap-southeast-1 408.5 ≤2021 C Singapore
        aws:ap-southeast-2 790.0 ≤2021 C Australia
        aws:ap-northeast-1 506.0 ≤2021 C Japan
        aws:ca-central-1 130.0 ≤2021 C Canada
        aws:cn-north-1 555.0 ≤2021 C China
        aws:cn-northwest-1 555.0 ≤2021 C China
        aws:eu-central-1 338.0 ≤2021 C Germany
        aws:eu-west-1 316.0 ≤2021 C Ireland
        aws:eu-west-2 228.0 ≤2021 C England
        aws:eu-south-1 233.0 ≤2021 C Italy
        aws:eu-west-3 52.0 ≤2021 C France
        aws:eu-north-1 8.0 ≤2021 C Sweden
        aws:me-south-1 732.0 ≤2021 C Bahrain
        aws:sa-east-1 74.0 ≤2021 C Brazil
        azure:Central_US 472.2 ≤2021 C Iowa
        azure:East_US 415.8 ≤2021 C Virginia
        azure:East_US_2 415.8 ≤2021 C Virginia
        azure:East_US_3 415.8 ≤2021 C Georgia
        azure:North_Central_US 440.2 ≤2021 C Illinois
        azure:South_Central_US 396.3 ≤2021 C Texas
        azure:West_Central_US 350.9 ≤2021 C Wyoming
        azure:West_US 350.9 ≤2021 C California
        azure:West_US_2 350.9 ≤2021 C Washington
        azure:West_US_3 350.9 ≤2021 C Arizona
        azure:East_Asia 810.0 ≤2021 C Hong Kong
        azure:Southeast_Asia 408.5 ≤2021 C Singapore
        azure:North_Europe 316.0 ≤2021 C Ireland
        azure:West_Europe 390.0 ≤2021 C Netherlands
        azure:Central_India 708.0 ≤2021 C Pune
        azure:South_India 708.0 ≤2021 C Chennai
        azure:West_India 708.0 ≤2021 C Mumbai
        azure:UK_South 228.0 ≤2021 C London
        azure:UK_West 228.0 ≤2021 C Cardiff
        azure:France_Central 67.0 ≤2021 C Paris
        azure:Belgium_Central 154.0 ≤2021 C Brussels
        azure:Sweden_Central 9.0 ≤2021 C Gavle
        """
}
