module watts

go 1.19
